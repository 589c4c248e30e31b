package policies

import (
	"cmp"
	"slices"
)

// Hints are the hosts on which the tasks of a profile prefer to run. Spark sends them
// with each request: YARN uses them to place containers, standalone masters and
// Kubernetes ignore them (ExecutorAllocationManager.updateExecutorPlacementHints).
type Hints struct {
	Tasks int         // tasks that prefer some host
	Hosts []HostTasks // by host
}

// HostTasks is the number of tasks that prefer a host. A task may prefer several hosts.
type HostTasks struct {
	Host  int32
	Tasks int
}

// stageHints are the preferences of one stage attempt.
type stageHints struct {
	stage   StageAttempt
	profile int
	Hints
}

// hints are the preferences of all stages that were submitted and have not
// completed. They change only when a stage is submitted or completed.
type hints struct {
	stages   []stageHints
	profiles []Hints
}

// submitted adds the preferences of a stage's tasks.
func (h *hints) submitted(e *Event) {
	s := stageHints{stage: e.Stage, profile: e.Profile}
	for _, hosts := range e.Prefers {
		if len(hosts) == 0 {
			continue
		}
		s.Tasks++
		for _, host := range hosts {
			s.add(host, 1)
		}
	}
	if s.Tasks > 0 {
		h.stages = append(h.stages, s)
		h.sum()
	}
}

// completed removes the preferences of a stage attempt.
func (h *hints) completed(stage StageAttempt) {
	before := len(h.stages)
	h.stages = slices.DeleteFunc(h.stages, func(s stageHints) bool { return s.stage == stage })
	if len(h.stages) < before {
		h.sum()
	}
}

// sum recomputes the hints of each profile from its stages. It allocates new hints,
// because the receiver of a request may keep those that were sent.
func (h *hints) sum() {
	clear(h.profiles)
	for i := range h.stages {
		s := &h.stages[i]
		p := &h.profiles[s.profile]
		p.Tasks += s.Tasks
		for _, t := range s.Hosts {
			p.add(t.Host, t.Tasks)
		}
	}
}

func (p *Hints) add(host int32, tasks int) {
	at, known := slices.BinarySearchFunc(p.Hosts, host, func(t HostTasks, host int32) int { return cmp.Compare(t.Host, host) })
	if !known {
		p.Hosts = slices.Insert(p.Hosts, at, HostTasks{Host: host})
	}
	p.Hosts[at].Tasks += tasks
}
