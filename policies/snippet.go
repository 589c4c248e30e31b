package policies

import (
	"fmt"
	"strconv"
	"strings"
)

// A Line is one setting of a spark-defaults.conf file.
type Line struct{ Key, Value string }

// A Snippet is what to change in a spark-defaults.conf file, or among the
// arguments of spark-submit, for an application to run under a spec.
type Snippet struct {
	Set    []Line
	Remove []Line // settings that the application has and that would be in the way
}

// SnippetFor writes the spec for an application that is set as its log shows.
// Each setting that decides is there, also where it is Spark's default, so that
// nothing older stays in force; and none that the application's Spark version
// does not know. FromProperties reads the same spec back. Cores are what one of
// its executors has; a standalone cluster counts by them. It fails where the
// spec cannot be had with that version, and for specs that are no settings of
// Spark.
func (s Spec) SnippetFor(props map[string]string, app AppInfo, cores int) (Snippet, error) {
	var out Snippet
	set := func(key, value string) { out.Set = append(out.Set, Line{key, value}) }
	remove := func(key string) {
		if props[key] != "" {
			out.Remove = append(out.Remove, Line{key, props[key]})
		}
	}
	if app.Master == "" {
		app.Master = props["spark.master"]
	}
	standalone := strings.HasPrefix(app.Master, "spark://")
	if s.Cores > 0 {
		cores = s.Cores
	}
	switch s.Kind {
	case "static":
		set("spark.dynamicAllocation.enabled", "false")
		if !standalone {
			set("spark.executor.instances", strconv.Itoa(s.Executors))
			return out, nil
		}
		if cores < 1 {
			return out, fmt.Errorf("static,n=%d: on a standalone cluster the number of executors follows from spark.cores.max and spark.executor.cores, and the latter is not known", s.Executors)
		}
		set("spark.executor.cores", strconv.Itoa(cores))
		set("spark.cores.max", strconv.Itoa(cores*s.Executors))
		return out, nil
	case "spark":
	default:
		return out, fmt.Errorf("%s: there are no settings of Spark for this policy", s)
	}
	set("spark.dynamicAllocation.enabled", "true")
	kind, err := kindOf(s.Kind)
	if err != nil {
		return out, err
	}
	def := kind.defaults()
	def.Allocation.Sustained = s.Allocation.Backlog
	def.Protection = Protection{TrackingTimeout: Never}
	for _, setting := range kind.Settings {
		value := setting.write(&s)
		known, always := settingsSince[setting.Key], alwaysSet[setting.Key]
		switch {
		case setting.Property == "" || setting.Key == "cores-max":
		case before(app.SparkVersion, known.major, known.minor):
			if value != setting.write(&def) {
				return out, fmt.Errorf("%s: Spark %s does not know %s", s, app.SparkVersion, setting.Property)
			}
		case setting.Key == "initial":
			set(setting.Property, strconv.Itoa(s.Allocation.initial()))
		case always || value != setting.write(&def):
			set(setting.Property, value)
		case props[setting.Property] != "" && setting.Key != "cores" && setting.Key != "memory":
			remove(setting.Property)
		}
	}
	remove("spark.executor.instances")
	switch max := s.Allocation.Max; {
	case s.CoresMax > 0:
		set("spark.cores.max", strconv.Itoa(s.CoresMax))
	case standalone && props["spark.cores.max"] != "" && max < unlimited && cores > 0:
		set("spark.cores.max", strconv.Itoa(cores*max))
	default:
		remove("spark.cores.max")
	}
	return out, nil
}

// alwaysSet are the settings that stand in a snippet whatever their value.
var alwaysSet = map[string]bool{"min": true, "initial": true, "idle": true, "backlog": true, "service": true, "tracking": true}

// settingsSince is the first Spark version that knows a setting
// (org.apache.spark.internal.config, by the version of each entry); those that
// are not named are as old as 1.4 or older.
var settingsSince = map[string]struct{ major, minor int }{
	"ratio":            {2, 4},
	"tracking":         {3, 0},
	"tracking-timeout": {3, 0},
	"fetch-rdd":        {3, 0},
	"decommission":     {3, 1},
	"migration":        {3, 1},
}

// String writes the snippet as lines of spark-defaults.conf. What has to go is
// in comments.
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
