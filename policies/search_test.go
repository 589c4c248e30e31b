package policies

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts writes specs one to a line, without what they have in common.
func texts(specs []Spec) []string {
	var list []string
	for _, s := range specs {
		list = append(list, strings.TrimSuffix(s.String(), ",shuffle=tracking"))
	}
	return list
}

// A class can use up to four executors. Its shuffle files can be kept by tracking,
// and less gladly by the service: advise tries the second with three specs only.
func TestCandidatesOfAdvise(t *testing.T) {
	space := Space{Sizes: []int{1, 2, 4}, Protections: []Protection{protectionOf("tracking"), protectionOf("service")}}
	want := []string{
		"static,n=1", "static,n=2", "static,n=4",
		"spark", "spark,idle=10s", "spark,idle=10s,max=2",
		"spark,idle=5s", "spark,idle=10s,max=1", "spark,idle=10s,max=3", "spark,idle=10s,min=1", "spark,idle=10s,min=2,max=2",
		"spark,idle=10s,initial=2", "spark,idle=10s,max=2,initial=2", "spark,max=2",
		"spark", "spark,idle=10s", "spark,idle=10s,max=2", // with the service
	}
	if diff := cmp.Diff(want, texts(Candidates(space))); diff != "" {
		t.Errorf("(+):\n%s", diff)
	}
	now := mustParse(t, "spark,backlog=5s,min=1,max=9,shuffle=tracking")
	if diff := cmp.Diff([]string{"spark,min=1,max=9", "spark,backlog=5s,min=1,max=2", "spark,backlog=5s,min=2,max=9", "spark,backlog=5s,min=1,max=9,initial=2"}, texts(now.Variants(space))); diff != "" {
		t.Errorf("variants of %s (+):\n%s", now, diff)
	}
	if fixed := mustParse(t, "static,n=3").Variants(space); fixed != nil {
		t.Errorf("a fixed size has the variants %v", fixed)
	}
}

// tune goes up and down the ladder of one setting at a time, and leaves out what
// Spark refuses: here a minimum above the maximum.
func TestNeighborsOfTune(t *testing.T) {
	space := Space{Sizes: []int{1, 2, 4}, Protections: []Protection{protectionOf("tracking")}}
	s := mustParse(t, "spark,idle=10s,min=2,max=2,ratio=0.4,shuffle=tracking")
	want := []string{
		"spark,idle=5s,min=2,max=2,ratio=0.4", "spark,idle=20s,min=2,max=2,ratio=0.4",
		"spark,idle=10s,min=2,max=4,ratio=0.4",
		"spark,idle=10s,min=1,max=2,ratio=0.4",
		"spark,idle=10s,min=2,max=2,initial=1,ratio=0.4",
		"spark,idle=10s,backlog=2s,min=2,max=2,ratio=0.4",
		"spark,idle=10s,sustained=2s,min=2,max=2,ratio=0.4",
		"spark,idle=10s,min=2,max=2,ratio=0.33", "spark,idle=10s,min=2,max=2,ratio=0.5",
	}
	if diff := cmp.Diff(want, texts(s.Neighbors(space))); diff != "" {
		t.Errorf("(+):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"static,n=1", "static,n=4", "spark,idle=10s,max=2,initial=2"}, texts(mustParse(t, "static,n=2").Neighbors(space))); diff != "" {
		t.Errorf("of a fixed size (+):\n%s", diff)
	}
}
