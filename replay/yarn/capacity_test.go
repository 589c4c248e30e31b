package yarn

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A capacityStory drives a capacity scheduler by hand. Containers are 1 GiB and a
// core unless said otherwise, and so are masters.
type capacityStory struct {
	*Capacity
	t   *testing.T
	now time.Duration
}

// tellCapacity starts with nodes 0, 1, ... of the given memory in GiB, and as many
// cores; settings are name=value below yarn.scheduler.capacity, or from the root
// with a leading slash.
func tellCapacity(t *testing.T, nodes []int, settings ...string) *capacityStory {
	t.Helper()
	config, warnings, err := ReadCapacity(strings.NewReader(capacityFile(settings...)), "capacity-scheduler.xml")
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) > 0 {
		t.Fatal(warnings)
	}
	s := &capacityStory{Capacity: NewCapacity(config, "shared"), t: t}
	for i, gib := range nodes {
		s.AddNode(0, Node{ID: i, Total: gibs(gib)})
	}
	return s
}

func capacityFile(settings ...string) string {
	var b strings.Builder
	b.WriteString("<configuration>\n")
	for _, of := range settings {
		name, value, _ := strings.Cut(of, "=")
		if rooted, ok := strings.CutPrefix(name, "/"); ok {
			name = rooted
		} else {
			name = "yarn.scheduler.capacity." + name
		}
		fmt.Fprintf(&b, "<property><name>%s</name><value>%s</value></property>\n", name, value)
	}
	b.WriteString("</configuration>\n")
	return b.String()
}

func gibs(n int) Resource { return Resource{int64(n) << 10, n} }

// submit takes in an application with a master of 1 GiB.
func (s *capacityStory) submit(id int, queue, user string) {
	s.t.Helper()
	s.now += time.Second
	if err := s.Submit(s.now, App{ID: id, Queue: queue, User: user, Master: gibs(1)}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *capacityStory) ask(app, count int) {
	s.Ask(s.now, app, Request{Priority: 1, Size: gibs(1), Count: count})
}

// heartbeats lets every node report in turn, rounds times. It tells who got what:
// the applications in order, M for a master, R for a reservation.
func (s *capacityStory) heartbeats(rounds int) string {
	var got []string
	for range rounds {
		s.now += time.Second
		for node := range len(s.nodes) {
			for _, a := range s.NodeUpdate(s.now, node) {
				of := fmt.Sprint(a.App)
				switch {
				case a.Reserved:
					of += "R"
				case a.Master:
					of += "M"
				}
				got = append(got, of)
			}
		}
	}
	return strings.Join(got, " ")
}

// has is how many containers an application has, its master included.
func (s *capacityStory) has(app int) int { return len(s.apps[app].live) }

func (s *capacityStory) want(got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("got %q, want %q", got, want)
	}
}

func TestQueuesShareByUse(t *testing.T) {
	s := tellCapacity(t, []int{10}, "root.queues=a,b", "root.a.capacity=70", "root.b.capacity=30",
		"maximum-am-resource-percent=1", "root.a.user-limit-factor=10", "root.b.user-limit-factor=10")
	s.submit(0, "a", "alice")
	s.submit(1, "b", "bob")
	s.ask(0, 20)
	s.ask(1, 20)
	s.want(s.heartbeats(12), "0M 1M 0 0 1 0 0 1 0 0")
}
