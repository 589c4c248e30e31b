package policies

import (
	"maps"
	"strings"
	"testing"
)

// An application whose settings are changed as a snippet says runs under the spec of
// the snippet, whatever its settings were before, in every version that has it.
func TestSnippetsMakeTheirSpec(t *testing.T) {
	before := []map[string]string{
		{},
		{"spark.cores.max": "8", "spark.executor.cores": "2"},
		{"spark.executor.instances": "7"},
		{
			"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.minExecutors": "3", "spark.dynamicAllocation.maxExecutors": "9",
			"spark.dynamicAllocation.executorIdleTimeout": "5s", "spark.dynamicAllocation.schedulerBacklogTimeout": "7s",
			"spark.dynamicAllocation.sustainedSchedulerBacklogTimeout": "9s", "spark.dynamicAllocation.executorAllocationRatio": "0.5",
			"spark.dynamicAllocation.cachedExecutorIdleTimeout": "30s", "spark.shuffle.service.enabled": "true",
		},
	}
	specs := []string{
		"static,n=3", "spark", "spark,idle=10s,max=6", "spark,min=2,max=6,initial=4", "spark,backlog=2s,sustained=5s,ratio=0.25",
		"spark,shuffle=tracking,idle=10s", "spark,shuffle=tracking,tracking-timeout=30s", "spark,cached=2m",
	}
	for _, master := range []string{"spark://host:7077", "yarn", "k8s://host"} {
		for _, version := range []string{"2.4.8", "3.0.1", "3.3.4", "3.5.6", "4.1.4"} {
			for _, text := range specs {
				if version == "2.4.8" && strings.Contains(text, "tracking") {
					continue
				}
				for _, props := range before {
					spec, err := Parse(text)
					if err != nil {
						t.Fatal(err)
					}
					app := AppInfo{SparkVersion: version, Master: master}
					snippet, err := spec.SnippetFor(props, app, 2)
					if err != nil {
						t.Errorf("%s, %s: %v", version, text, err)
						continue
					}
					after := maps.Clone(props)
					for _, l := range snippet.Remove {
						delete(after, l.Key)
					}
					for _, l := range snippet.Set {
						after[l.Key] = l.Value
						if l.Doc() == "" {
							t.Errorf("%s has no comment", l.Key)
						}
					}
					got, err := FromProperties(after, app)
					if err != nil {
						t.Errorf("%s, %s, %s: Spark refuses\n%s%v", version, master, text, snippet, err)
						continue
					}
					got.Cores, got.CoresMax = 0, 0
					if got.Fixed() { // which never gives executors back: the service may stay on
						got.Protection = spec.Protection
					}
					if got != spec {
						t.Errorf("%s, %s, from %v: the snippet of %s amounts to %s:\n%s", version, master, props, spec, got, snippet)
					}
				}
			}
		}
	}
}

// A snippet has no setting that the application's version does not know.
func TestSnippetsKnowTheirVersion(t *testing.T) {
	tracking, err := Parse("spark,shuffle=tracking")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tracking.SnippetFor(nil, AppInfo{SparkVersion: "2.4.8"}, 2); err == nil || !strings.Contains(err.Error(), "shuffleTracking") {
		t.Errorf("shuffle tracking under Spark 2.4: %v", err)
	}
	decommission, err := Parse("spark,shuffle=decommission")
	if err != nil {
		t.Fatal(err)
	}
	for version, known := range map[string]bool{"3.0.1": false, "3.1.1": true} {
		if _, err := decommission.SnippetFor(nil, AppInfo{SparkVersion: version}, 2); (err == nil) != known {
			t.Errorf("decommissioning under Spark %s: %v", version, err)
		}
	}
	remote, err := Parse("spark,shuffle=remote")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := remote.SnippetFor(propertiesOf(celeborn), AppInfo{SparkVersion: "3.5.1"}, 2); err != nil || strings.Contains(s.String(), "celeborn") {
		t.Errorf("Celeborn stays as it is set: %v\n%s", err, s)
	}
	if _, err := remote.SnippetFor(nil, AppInfo{SparkVersion: "3.5.1"}, 2); err == nil || !strings.Contains(err.Error(), "no remote shuffle service") {
		t.Errorf("a remote shuffle for an application without one: %v", err)
	}
	plain, err := Parse("spark")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := plain.SnippetFor(nil, AppInfo{SparkVersion: "2.4.8"}, 2); err != nil || strings.Contains(s.String(), "shuffleTracking") {
		t.Errorf("the service under Spark 2.4: %v\n%s", err, s)
	}
}

// A standalone cluster limits an application by cores: where it had such a limit, the
// new one has room for the maximum number of executors and for no more. Without a maximum the
// largest value takes the limit away. YARN and Kubernetes do not read it.
func TestSnippetsLimitTheCoresOnAStandaloneCluster(t *testing.T) {
	for _, c := range []struct{ policy, master, want string }{
		{"spark,max=6", "spark://host:7077", "\nspark.executor.cores 2\nspark.cores.max 12\n"},
		{"spark", "spark://host:7077", "\nspark.executor.cores 2\nspark.cores.max 2147483647\n"},
		{"spark,max=6", "yarn", "\nspark.dynamicAllocation.maxExecutors 6\n"},
	} {
		s, err := Parse(c.policy)
		if err != nil {
			t.Fatal(err)
		}
		snippet, err := s.SnippetFor(map[string]string{"spark.cores.max": "8"}, AppInfo{Master: c.master}, 2)
		if err != nil || !strings.Contains(snippet.String(), c.want) || c.master == "yarn" && strings.Contains(snippet.String(), "cores") {
			t.Errorf("%s: %v\n%swant %q", c.master, err, snippet, c.want)
		}
	}
}

// What an argument of spark-submit can replace is replaced, so that nobody has to remove it;
// only a number of executors where none is to start cannot.
func TestSnippetsReplaceWhatInterferes(t *testing.T) {
	before := map[string]string{
		"spark.executor.instances": "7", "spark.dynamicAllocation.executorAllocationRatio": "0.5", "spark.dynamicAllocation.cachedExecutorIdleTimeout": "30s",
		"spark.dynamicAllocation.shuffleTracking.timeout": "9s", "spark.decommission.enabled": "true",
	}
	for policy, removed := range map[string]int{"spark,min=2,max=6": 0, "spark,max=6": 1} {
		s, err := Parse(policy)
		if err != nil {
			t.Fatal(err)
		}
		snippet, err := s.SnippetFor(before, AppInfo{Master: "yarn"}, 2)
		if err != nil || len(snippet.Remove) != removed {
			t.Errorf("%s: %v\n%s", policy, err, snippet)
		}
		for _, want := range []string{"executorAllocationRatio 1\n", "cachedExecutorIdleTimeout 2147483647s\n", "sustainedSchedulerBacklogTimeout 1s\n", "shuffleTracking.timeout 9223372036854775807ms\n", "decommission.enabled false\n"} {
			if !strings.Contains(snippet.String(), want) {
				t.Errorf("%s lacks %q:\n%s", policy, want, snippet)
			}
		}
	}
}

// A comment says what the value does, not what another value would.
func TestTheCommentFitsTheValue(t *testing.T) {
	for _, c := range []struct{ key, value, want string }{
		{"spark.shuffle.service.enabled", "true", "the external shuffle service keeps shuffle files"},
		{"spark.shuffle.service.enabled", "false", "no external shuffle service keeps shuffle files"},
		{"spark.dynamicAllocation.shuffleTracking.enabled", "false", "keep no executor for its shuffle files"},
		{"spark.dynamicAllocation.enabled", "false", "the number of executors is fixed"},
		{"spark.dynamicAllocation.maxExecutors", "2147483647", "most executors, for each resource profile: no limit"},
		{"spark.dynamicAllocation.maxExecutors", "6", "most executors, for each resource profile"},
	} {
		if got := (Line{c.key, c.value}).Doc(); got != c.want {
			t.Errorf("%s %s has the comment %q, want %q", c.key, c.value, got, c.want)
		}
	}
}
