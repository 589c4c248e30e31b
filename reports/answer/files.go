package answer

import (
	"dynalloc/bench/decide"
	"dynalloc/internal/spark"
	"dynalloc/reports/settings"
	"dynalloc/traces"
)

// Files are the screen as Markdown, and the settings of each class in the forms that its
// cluster takes, in a folder of their own. first is that of Screen.
func Files(d *decide.Decision, first []string) []settings.File {
	files := []settings.File{{Name: "summary.md", Text: "# What to set\n\n```\n" + Screen(d, first) + "```\n"}}
	last := map[string]*traces.Application{}
	for _, a := range d.Suite.Workload.Apps {
		last[a.Class] = a
	}
	cluster := &d.Suite.Config.Cluster
	kubernetes := false
	var classes []settings.Class
	for i := range d.Classes {
		c := &d.Classes[i]
		if c.Verdict == decide.Insufficient || c.NoSnippet != "" {
			continue
		}
		app := last[c.Class]
		if app == nil {
			continue
		}
		kubernetes = kubernetes || cluster.Traits().MasterOf(spark.Master(app.Master)).Kubernetes()
		classes = append(classes, settings.Class{
			Name: c.Class, Policy: c.Set.Policy, Version: app.SparkVersion, Manager: cluster.Manager, Why: sentence(c, 0), Snippet: c.Snippet,
		})
	}
	for _, f := range settings.Files(classes, kubernetes) {
		files = append(files, settings.File{Name: "settings/" + f.Name, Text: f.Text})
	}
	return files
}
