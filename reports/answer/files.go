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
	last, useful := map[string]*traces.Application{}, map[string]int{}
	for _, a := range d.Suite.Workload.Apps {
		last[a.Class], useful[a.Class] = a, max(useful[a.Class], traces.UsefulExecutors(a))
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
		master := cluster.Traits().MasterOf(spark.Master(app.Master))
		kubernetes = kubernetes || master.Kubernetes()
		needs := ""
		if NeedsService(d, c) {
			needs = "It " + serviceNeeded + "."
		}
		classes = append(classes, settings.Class{
			Name: c.Class, Policy: c.Set.Policy, Version: app.SparkVersion, Manager: managerOf(master, cluster.Manager), Why: sentence(d, c, 0), Needs: needs, Useful: useful[c.Class], Snippet: c.Snippet,
		})
	}
	for _, f := range settings.Files(classes, kubernetes) {
		files = append(files, settings.File{Name: "settings/" + f.Name, Text: f.Text})
	}
	return files
}

// managerOf is the cluster manager for which settings are written: that of the master. Logs of
// any manager are replayed on a standalone cluster.
func managerOf(master spark.Master, cluster string) string {
	switch {
	case master.YARN():
		return "yarn"
	case master.Kubernetes():
		return "kubernetes"
	}
	return cluster
}
