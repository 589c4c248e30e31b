package traces

import (
	"errors"
	"fmt"
)

// Check tests all structural rules of a workload and returns all faults, joined; nil if
// there is none. Workloads that this module reads or makes always pass.
func (w *Workload) Check() error {
	var faults []error
	for i, a := range w.Apps {
		c := checker{app: a}
		c.application()
		if i > 0 {
			before := w.Apps[i-1]
			if a.Submit < before.Submit || a.Submit == before.Submit && a.ID < before.ID {
				c.fault("it is listed after %s, which was submitted later", before.ID)
			}
		}
		faults = append(faults, c.faults...)
	}
	return errors.Join(faults...)
}

// A checker collects the faults of one application.
type checker struct {
	app    *Application
	faults []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("application %s: "+format, append([]any{c.app.ID}, args...)...))
}

func (c *checker) application() {
	a := c.app
	if a.Submit < 0 || a.EarlierAttempts < 0 || a.Setup < 0 {
		c.fault("a time is negative: submit %v, earlier attempts %v, setup %v", a.Submit, a.EarlierAttempts, a.Setup)
	}
	if a.LocalCores < 0 {
		c.fault("its driver ran tasks on %d cores", a.LocalCores)
	}
	if len(a.Profiles) == 0 || a.Profiles[0].ID != 0 {
		c.fault("the first resource profile is not Spark's default, 0")
	}
	seen := map[int]bool{}
	for _, p := range a.Profiles {
		if seen[p.ID] {
			c.fault("resource profile %d is listed twice", p.ID)
		}
		seen[p.ID] = true
		if p.Cores < 0 || p.MemoryMB < 0 || p.OverheadMB < 0 || p.TaskCPUs < 1 || p.Limit < 0 {
			c.fault("resource profile %d has an impossible size", p.ID)
		}
	}
	for i := range a.Stages {
		c.stage(i)
	}
	for i := range a.Jobs {
		j := &a.Jobs[i]
		c.cue(fmt.Sprintf("job %d", j.ID), j.Cue, i)
		c.job(j)
	}
	for i := range a.Jobs {
		if n := a.Jobs[i].BarrierSlots; n < 0 {
			c.fault("job %d has a barrier stage of %d tasks", a.Jobs[i].ID, n)
		}
	}
	for _, l := range a.Losses {
		if l.Stage < -1 || l.Stage >= len(a.Stages) || l.After < 0 || l.Executor < 0 {
			c.fault("it lost an executor that cannot be: %+v", l)
		}
	}
	for _, u := range a.Unpersists {
		c.cue(fmt.Sprintf("the unpersist of RDD %d", u.RDD), u.Cue, len(a.Jobs))
	}
	if a.Tail < 0 || a.Until < 0 {
		c.fault("the end of its driver is negative: %v after its last job, not before %v", a.Tail, a.Until)
	}
	c.recorded()
}

func (c *checker) stage(i int) {
	s := &c.app.Stages[i]
	what := fmt.Sprintf("stage %d", s.ID)
	if s.Size() == 0 {
		c.fault("%s has no tasks", what)
	}
	if s.Delay < 0 {
		c.fault("%s has a negative delay %v", what, s.Delay)
	}
	if s.Launch < 0 {
		c.fault("%s has a negative launch %v", what, s.Launch)
	}
	if s.Profile < 0 || s.Profile >= len(c.app.Profiles) {
		c.fault("%s has no resource profile", what)
	}
	c.indexes(what, "parent", s.Parents, i)
	for _, p := range s.Parents {
		if p >= 0 && p < i && !c.app.Stages[p].Map {
			c.fault("%s reads stage %d, which writes no shuffle output", what, c.app.Stages[p].ID)
		}
	}
	for _, x := range s.Copies {
		if x.Task < 0 || x.Task >= s.Size() || x.After < 0 || x.Work < 0 {
			c.fault("%s has an impossible copy of task %d", what, x.Task)
		}
	}
	for k, t := range s.All() {
		if t.Run < 0 || t.Deserialize < 0 || t.Result < 0 || t.Scheduler < 0 || t.GettingResult < 0 || t.Read < 0 || t.Write < 0 {
			c.fault("%s, task %d has a negative time or size", what, k)
		}
		if t.Host < -1 || int(t.Host) >= len(c.app.Hosts) && t.Host >= 0 || t.Locality > AnyLocality {
			c.fault("%s, task %d has an unknown host or locality", what, k)
		}
	}
}

func (c *checker) job(j *Job) {
	what := fmt.Sprintf("job %d", j.ID)
	if j.Tail < 0 {
		c.fault("%s has a negative tail %v", what, j.Tail)
	}
	c.indexes(what, "stage", j.Stages, len(c.app.Stages))
	listed := map[int]bool{}
	for i, s := range j.Stages {
		if listed[s] = true; i > 0 && s < j.Stages[i-1] {
			c.fault("%s lists its stages out of order", what)
		}
		if s < 0 || s >= len(c.app.Stages) {
			continue
		}
		for _, p := range c.app.Stages[s].Parents {
			if !listed[p] {
				c.fault("%s lists stage %d without its parent at index %d", what, c.app.Stages[s].ID, p)
			}
		}
	}
}

// indexes checks that a list has indexes below a bound, each once.
func (c *checker) indexes(what, kind string, list []int, bound int) {
	seen := map[int]bool{}
	for _, n := range list {
		if n < 0 || n >= bound {
			c.fault("%s names %s index %d, out of range or out of order", what, kind, n)
		}
		if seen[n] {
			c.fault("%s names %s index %d twice", what, kind, n)
		}
		seen[n] = true
	}
}

// cue checks that something follows a job before a bound, so that cues have no cycle.
func (c *checker) cue(what string, q Cue, bound int) {
	if q.After < -1 || q.After >= bound {
		c.fault("%s follows job index %d, out of range or out of order", what, q.After)
	}
	if q.Gap < 0 || q.At < 0 {
		c.fault("%s has a negative time %v or gap %v", what, q.At, q.Gap)
	}
}

func (c *checker) recorded() {
	r := c.app.Recorded
	if r == nil {
		return
	}
	for _, x := range r.Executors {
		if x.Added < 0 || x.Cores < 0 || x.Removed >= 0 && x.Removed < x.Added {
			c.fault("recorded executor %s has impossible times or cores", x.ID)
		}
	}
	for _, j := range r.Jobs {
		if j.Start < 0 || j.End >= 0 && j.End < j.Start {
			c.fault("recorded job %d ends before it starts", j.ID)
		}
	}
}
