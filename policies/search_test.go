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

// A class can use up to four executors. Its shuffle files can be kept by tracking and by
// the service: both are tried with the same settings.
func TestWhereASearchBegins(t *testing.T) {
	space := Space{Sizes: []int{1, 4}, Protections: []Protection{protectionOf("tracking"), protectionOf("service")}}
	sizes := []string{
		"spark,idle=10s,max=1", "spark,max=1,initial=1", "spark,idle=10s,max=1,initial=1",
		"spark,idle=10s,max=4", "spark,max=4,initial=4", "spark,idle=10s,max=4,initial=4",
	}
	want := append([]string{"recorded", "spark", "spark,idle=10s", "spark", "spark,idle=10s", "static,n=1", "static,n=4"}, append(sizes, sizes...)...)
	if diff := cmp.Diff(want, texts(Start(space))); diff != "" {
		t.Errorf("(+):\n%s", diff)
	}
}

// A search goes up and down the ladder of one setting at a time, and leaves out what
// Spark refuses, here a minimum above the maximum, and what is a fixed size.
func TestNeighborsOfTune(t *testing.T) {
	space := Space{Sizes: []int{1, 2, 4}, Protections: []Protection{protectionOf("tracking")}}
	s := mustParse(t, "spark,idle=10s,min=1,max=2,ratio=0.4,shuffle=tracking")
	want := []string{
		"spark,idle=5s,min=1,max=2,ratio=0.4", "spark,idle=20s,min=1,max=2,ratio=0.4",
		"spark,idle=10s,min=1,max=4,ratio=0.4",
		"spark,idle=10s,max=2,ratio=0.4",
		"spark,idle=10s,backlog=2s,min=1,max=2,ratio=0.4",
		"spark,idle=10s,sustained=2s,min=1,max=2,ratio=0.4",
		"spark,idle=10s,min=1,max=2,ratio=0.33", "spark,idle=10s,min=1,max=2,ratio=0.5",
	}
	if diff := cmp.Diff(want, texts(s.Neighbors(space))); diff != "" {
		t.Errorf("(+):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"static,n=1", "static,n=4", "spark,idle=10s,max=2,initial=2"}, texts(mustParse(t, "static,n=2").Neighbors(space))); diff != "" {
		t.Errorf("of a fixed size (+):\n%s", diff)
	}
}
