package policies

import (
	"fmt"
	"strings"

	"dynalloc/internal/spark"
)

// A Line is one setting of a spark-defaults.conf file.
type Line struct{ Key, Value string }

// A Snippet is the changes in a spark-defaults.conf file, or in the arguments of
// spark-submit, with which an application runs under a spec.
type Snippet struct {
	Set    []Line
	Remove []Line // settings of the application that would interfere, and that no value makes harmless
}

func (c *Snippet) set(key, value string) { c.Set = append(c.Set, Line{key, value}) }

// replace sets a value if the application has any.
func (c *Snippet) replace(key, value string, props spark.Properties) {
	if props[key] != "" {
		c.set(key, value)
	}
}

// remove lists a setting to remove, if the application has it.
func (c *Snippet) remove(key string, props spark.Properties) {
	if props[key] != "" {
		c.Remove = append(c.Remove, Line{key, props[key]})
	}
}

// A Deployment is the application, as its log shows it, for which a snippet is made.
type Deployment struct {
	Properties   spark.Properties
	SparkVersion spark.Version
	Master       spark.Master
	Cores        int  // of one executor; 0: not known
	Remote       bool // a remote service keeps its shuffle files (RemoteShuffle)
}

// SnippetFor returns the changes with which an application with these properties runs
// under the spec. Important settings are included even if they have Spark's default, so
// that older values are replaced; settings that the application's Spark version does
// not know are left out. FromProperties reads the same spec back. cores is the size of
// an executor, by which a standalone cluster counts; 0: not known. It fails if that
// version cannot run the spec, and for policies that are not Spark's.
func (s Spec) SnippetFor(props map[string]string, app AppInfo, cores int) (Snippet, error) {
	if s.Kind.Snippet == nil {
		return Snippet{}, fmt.Errorf("%s: Spark has no settings for this policy", s)
	}
	if s.Cores > 0 {
		cores = s.Cores
	}
	remote, _ := RemoteShuffle(props, app)
	return s.Kind.Snippet(s, Deployment{
		Properties: props, SparkVersion: spark.ParseVersion(app.SparkVersion), Master: app.master(props), Cores: cores, Remote: remote,
	})
}

// Conf writes the spec as a spark-defaults.conf file that ParseConf reads back:
// the properties that differ from Spark's own defaults. It is empty for
// policies that are not Spark's.
func (s Spec) Conf() string {
	if s.Kind.Snippet == nil {
		return ""
	}
	def := s.Kind.spec()
	def.Protection = Protection{Tracking: true, TrackingTimeout: Never}
	def.Allocation.Sustained = s.Allocation.Backlog
	var b strings.Builder
	if s.Protection.Remote {
		fmt.Fprintf(&b, "%s %s\n", spark.ShuffleDataIO, exampleDataIO)
	}
	fmt.Fprintf(&b, "spark.dynamicAllocation.enabled %t\n", s.Dynamic())
	for _, set := range s.Kind.Settings {
		if value := set.write(&s); set.Property != "" && (set.shown || value != set.write(&def)) {
			fmt.Fprintf(&b, "%s %s\n", set.Property, value)
		}
	}
	return b.String()
}

// exampleDataIO stands for any remote shuffle service where properties are written
// without an application that has one.
const exampleDataIO = "org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO"

// String writes the snippet as lines of spark-defaults.conf, with the settings to
// remove in comments.
func (c Snippet) String() string {
	var b strings.Builder
	for _, l := range c.Remove {
		fmt.Fprintf(&b, "# remove %s (it is %s)\n", l.Key, l.Value)
	}
	for _, l := range c.Set {
		fmt.Fprintf(&b, "%s %s\n", l.Key, l.Value)
	}
	return b.String()
}
