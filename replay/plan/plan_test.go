package plan

import (
	"slices"
	"testing"
	"unsafe"

	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// planned is the plan of one stage of a hundred thousand tasks.
func planned(task func(i int) traces.Task) (*Plan, []traces.Task) {
	s := traces.Stage{}
	for i := range 100_000 {
		s.Tasks = append(s.Tasks, task(i))
	}
	tasks := slices.Clone(s.Tasks)
	s.Pack(0)
	a := &traces.Application{Profiles: []traces.Profile{{TaskCPUs: 1}}, Stages: []traces.Stage{s}, Jobs: []traces.Job{{Stages: []int{0}}}}
	return New(a, new(latency.Model)), tasks
}

func bytesOfTask(p *Plan) int {
	n := cap(p.Work) * int(unsafe.Sizeof(p.Work[0]))
	for _, places := range p.Places {
		n += cap(places) * int(unsafe.Sizeof(Place(0)))
	}
	return n / len(p.Work)
}

// Of a task that runs anywhere a replay keeps its work, 4 bytes.
func TestATaskTakesFourBytes(t *testing.T) {
	p, _ := planned(func(i int) traces.Task {
		return traces.Task{Run: int32(i), Read: 1, Host: -1, Locality: traces.AnyLocality}
	})
	if n := bytesOfTask(p); n != 4 {
		t.Errorf("a task takes %d bytes", n)
	}
	if !p.ReadsShuffle(0, 7) {
		t.Error("what all tasks do is known of each")
	}
}

// Where tasks prefer places, or only some read shuffle data, it takes 4 bytes more, and
// they say of each task what its log says.
func TestATaskWithAPlaceTakesEightBytes(t *testing.T) {
	p, tasks := planned(func(i int) traces.Task {
		return traces.Task{Run: int32(i), Read: int64(i % 3), Write: 5, Host: int16(i%7 - 1), Locality: traces.Locality(i % 6)}
	})
	if n := bytesOfTask(p); n > 8 {
		t.Errorf("a task takes %d bytes", n)
	}
	for i := range tasks {
		at, want := p.Places[0][i], &tasks[i]
		if at.host() != int(want.Host) || at.locality() != want.Locality || p.ReadsShuffle(0, i) != (want.Read > 0) || p.Work[i] != want.Run {
			t.Fatalf("task %d: %+v became host %d, locality %d, work %d", i, *want, at.host(), at.locality(), p.Work[i])
		}
	}
	some, _ := planned(func(i int) traces.Task { return traces.Task{Read: int64(i % 2), Host: -1} })
	if some.ReadsShuffle(0, 0) || !some.ReadsShuffle(0, 1) {
		t.Error("every second task reads")
	}
}
