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
// new one has room for the maximum number of executors and for no more.
func TestSnippetsLimitTheCoresOnAStandaloneCluster(t *testing.T) {
	s, err := Parse("spark,max=6")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ master, want string }{
		{"spark://host:7077", "\nspark.cores.max 12\n"}, {"yarn", "# remove spark.cores.max (it is 8)\n"},
	} {
		snippet, err := s.SnippetFor(map[string]string{"spark.cores.max": "8"}, AppInfo{Master: c.master}, 2)
		if err != nil || !strings.Contains(snippet.String(), c.want) {
			t.Errorf("%s: %v\n%swant %q", c.master, err, snippet, c.want)
		}
	}
}
