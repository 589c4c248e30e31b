package policies

import (
	"strings"
	"testing"
	"time"
)

// Specs are canonical: those that mean the same are written in the same way.
func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"static":                                         "static,n=2",
		"static,n=2":                                     "static,n=2",
		"static,n=4,cores=2,memory=2048m":                "static,n=4,cores=2,memory=2g",
		"static,service=true,cores-max=8":                "static,n=2,service=true,cores-max=8",
		"recorded":                                       "recorded",
		"spark":                                          "spark",
		"spark,idle=1min,backlog=1,max=6":                "spark,max=6",
		"spark,max=6,idle=10s":                           "spark,idle=10s,max=6",
		"spark,idle=1500ms":                              "spark,idle=1s",
		"spark,idle=500ms":                               "spark,idle=0s",
		"spark,backlog=5s":                               "spark,backlog=5s",
		"spark,backlog=5s,sustained=5s":                  "spark,backlog=5s",
		"spark,backlog=5s,sustained=1s":                  "spark,backlog=5s,sustained=1s",
		"spark,min=3,initial=3":                          "spark,min=3",
		"spark,ratio=1.0":                                "spark",
		"spark,shuffle=service":                          "spark",
		"spark,tracking=true":                            "spark",
		"spark,service=false":                            "spark,shuffle=tracking",
		"spark,shuffle=tracking":                         "spark,shuffle=tracking",
		"spark,shuffle=none":                             "spark,shuffle=none",
		"spark,shuffle=decommission":                     "spark,shuffle=decommission",
		"spark,decommission=true":                        "spark,decommission=true",
		"spark,shuffle=remote":                           "spark,shuffle=remote",
		"spark,remote=true":                              "spark,remote=true",
		"static,n=3,remote=true":                         "static,n=3,remote=true",
		"spark,service=false,remote=true,tracking=false": "spark,shuffle=remote",
		"spark,shuffle=tracking,remote=true":             "spark,service=false,remote=true",
		"spark,service=false,decommission=true,migration=true":    "spark,service=false,decommission=true,migration=true",
		"spark,service=false,tracking=false,decommission=true":    "spark,service=false,tracking=false,decommission=true",
		"spark,shuffle=tracking,tracking-timeout=1500ms,cached=9": "spark,cached=9s,shuffle=tracking,tracking-timeout=1500ms",
		"spark,fetch-rdd=true,version=3.4":                        "spark,fetch-rdd=true,version=3.4",
	} {
		s, err := Parse(text)
		if err != nil || s.String() != want {
			t.Errorf("%s is written %s, %v; want %s", text, s, err, want)
			continue
		}
		if again, err := Parse(s.String()); again != s || err != nil {
			t.Errorf("%s is read back as %#v, %v", s, again, err)
		}
	}
}

// Parse refuses what Spark refuses at start, and names Spark's property.
func TestParseRefuses(t *testing.T) {
	for text, problem := range map[string]string{
		"spark,min=-1":                       "spark.dynamicAllocation.minExecutors is -1",
		"spark,max=-1":                       "spark.dynamicAllocation.maxExecutors is -1",
		"spark,max=0":                        "spark.dynamicAllocation.maxExecutors is 0",
		"spark,min=2,max=1":                  "spark.dynamicAllocation.minExecutors (2) is above spark.dynamicAllocation.maxExecutors (1)",
		"spark,initial=-1":                   "spark.dynamicAllocation.initialExecutors is -1",
		"spark,backlog=0s":                   "spark.dynamicAllocation.schedulerBacklogTimeout must be at least 1s",
		"spark,backlog=500ms":                "spark.dynamicAllocation.schedulerBacklogTimeout must be at least 1s",
		"spark,sustained=999ms":              "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout must be at least 1s",
		"static,n=1048577":                   "spark.executor.instances is 1048577: at most 1048576 can be replayed",
		"spark,min=2147483647":               "spark.dynamicAllocation.minExecutors is 2147483647 and spark.dynamicAllocation.initialExecutors 0: at most 1048576 can be replayed",
		"spark,idle=-1s":                     "spark.dynamicAllocation.executorIdleTimeout must not be negative",
		"spark,cached=-1s":                   "spark.dynamicAllocation.cachedExecutorIdleTimeout must not be negative",
		"spark,tracking-timeout=-1s":         "spark.dynamicAllocation.shuffleTracking.timeout must not be negative",
		"spark,ratio=0":                      "spark.dynamicAllocation.executorAllocationRatio is 0",
		"spark,ratio=1.1":                    "spark.dynamicAllocation.executorAllocationRatio is 1.1",
		"spark,ratio=NaN":                    "spark.dynamicAllocation.executorAllocationRatio is NaN",
		"spark,service=false,tracking=false": "needs one of spark.shuffle.service.enabled",
		"spark,version=new":                  `version "new": expected a Spark version`,
		"spark,cores=-1":                     "spark.executor.cores is -1",
		"spark,memory=-1g":                   "spark.executor.memory is -1024 MiB",
		"spark,cores-max=-1":                 "spark.cores.max is -1",
		"static,n=-1":                        "spark.executor.instances is -1",
		"static,max=4":                       `static has no setting "max"; it has n, service`,
		"spark,idel=3s":                      `spark has no setting "idel"; did you mean "idle"?`,
		"sprak":                              `there is no policy "sprak"; did you mean "spark"?`,
		"eager":                              `there is no policy "eager"; there are static, spark, script, hindsight, recorded`,
		"recorded,n=3":                       "recorded takes no settings",
		"":                                   "expected a name first",
	} {
		if s, err := Parse(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q is read as %v, %v; want %q", text, s, err, problem)
		}
	}
}

// The bounds that Spark checks at start.
func TestBounds(t *testing.T) {
	t.Run("G1", func(t *testing.T) {
		for text, refused := range map[string]bool{
			"spark,min=-1": true, "spark,max=-1": true, "spark,min=2,max=1": true,
			"spark,min=1,max=1": false, "spark,min=1,max=2": false,
		} {
			if _, err := Parse(text); (err != nil) != refused {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}

// What Spark only warns of passes with a warning.
func TestWarnings(t *testing.T) {
	for text, warning := range map[string]string{
		"static,n=0":            "",
		"spark":                 "",
		"spark,min=2,initial=1": `policy-initial-below-minimum policy="x" initial=1 minimum=2`,
		"spark,max=2,initial=3": `policy-initial-above-maximum policy="x" initial=3 maximum=2`,
		"spark,service=false,decommission=true,migration=true": `policy-tracking-with-decommission policy="x"`,
		"spark,service=false,tracking=false,decommission=true": `policy-decommission-without-migration policy="x"`,
		"spark,shuffle=decommission":                           "",
		"spark,shuffle=remote":                                 "",
		"spark,service=false,remote=true":                      `policy-tracking-with-remote-shuffle policy="x"`,
		"spark,shuffle=none":                                   `policy-unprotected policy="x"`,
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range FleetOf("x", s).Warnings() {
			got = append(got, n.String())
		}
		if strings.Join(got, "; ") != warning {
			t.Errorf("%s warns %q; want %q", text, got, warning)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"static,n=4", "spark,idle=10s,max=6", "spark,shuffle=none,ratio=1e-3", "recorded"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(s.String()); err != nil || again != s {
			t.Errorf("%q is written %q and read back as %#v, %v", text, s, again, err)
		}
	})
}

// A fixed number is requested once, and nothing is given back.
func TestStatic(t *testing.T) {
	s, err := Parse("static,n=3")
	if err != nil {
		t.Fatal(err)
	}
	client := &recordingClient{}
	p := s.New(Env{Client: client, Profiles: []Profile{{Slots: 1}}, Rules: Newest})
	p.Start(0)
	for id := range ExecutorID(3) {
		p.Observe(&Event{Kind: ExecutorAdded, Executor: id})
	}
	if wake := p.Tick(time.Hour); wake != Never {
		t.Error("it wants to be asked again at", wake)
	}
	want := Target{N: 3, Why: Reason{Cause: FixedSize}}
	if len(client.targets) != 1 || client.targets[0] != want || client.removed != 0 {
		t.Errorf("asked for %v, removed %d", client.targets, client.removed)
	}
}

// recordingClient keeps what it was asked.
type recordingClient struct {
	targets []Target
	removed int
}

func (c *recordingClient) RequestTotal(targets []Target) bool {
	c.targets = append(c.targets, targets...)
	return true
}

func (c *recordingClient) Remove(removals []Removal) []ExecutorID {
	c.removed += len(removals)
	return nil
}
