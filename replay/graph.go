package replay

import (
	"cmp"
	"slices"
)

// A job waits for stages: when it begins, for those without output that its result stages
// need, found by a walk over its graph. From then on the end of a stage changes nothing
// but that the stages that read it may be submitted, so that only these are looked at.
// Lost output, failed attempts and jobs that are given up change more: after such an
// upheaval each job walks over its graph again.

// available reports whether all of the stage's output exists, so that a job may skip
// it.
func (s *stageState) available() bool { return s.attempts > 0 && s.missing == 0 }

// outputsComplete is the time from which all output of a stage exists, and
// outputsIncomplete that at which some of it is lost.
func (a *application) outputsComplete(stage int32) {
	for _, reader := range a.plan.Readers[stage] {
		a.stages[reader].ready++
	}
}

func (a *application) outputsIncomplete(stage int32) {
	for _, reader := range a.plan.Readers[stage] {
		a.stages[reader].ready--
	}
	if a.stages[stage].listing > 0 {
		a.upheavals++
	}
}

func (a *application) parentsAvailable(stage int32) bool {
	return int(a.stages[stage].ready) == len(a.app.Stages[stage].Parents)
}

// submittable reports whether nothing keeps a stage for which jobs wait from being
// submitted.
func (a *application) submittable(stage int32) bool {
	s := &a.stages[stage]
	return s.active == nil && !s.broken && !s.delayed && a.parentsAvailable(stage)
}

// advance submits the stages for which a job waits and whose parents are available, in
// order of stage (DAGScheduler.submitStage). The job stops waiting for stages whose
// output tasks of a failed attempt have completed meanwhile.
func (a *application) advance(job int32) {
	a.walk++
	j := &a.jobs[job]
	again := j.walked > 0
	j.walked = a.upheavals + 1
	for _, s := range a.plan.ResultStages[job] {
		a.require(job, s, again)
	}
	for _, stage := range a.plan.Graph[job] {
		s := &a.stages[stage]
		if s.visit == a.walk {
			if a.submittable(stage) {
				a.prepareStage(job, stage)
			}
		} else if again {
			if i := slices.Index(s.users, job); i >= 0 {
				s.users = slices.Delete(slices.Clone(s.users), i, i+1)
				j.remaining--
			}
		}
	}
}

// require makes the job wait for a stage and, as far as its output is missing, for
// the stages that it reads. It may wait for them already, if this is not its first walk.
func (a *application) require(job, stage int32, again bool) {
	s := &a.stages[stage]
	if s.visit == a.walk || s.available() {
		return
	}
	s.visit = a.walk
	if !again || !slices.Contains(s.users, job) {
		if n := len(a.unused); s.users == nil && n > 0 {
			s.users, a.unused = a.unused[n-1], a.unused[:n-1]
		}
		s.users = append(s.users, job)
		a.jobs[job].remaining++
	}
	if s.active != nil {
		return
	}
	for _, parent := range a.app.Stages[stage].Parents {
		a.require(job, int32(parent), again)
	}
}

// notifyDependents advances the jobs that wait for a stage, if all of its output is
// there. The stage may have no active attempt: tasks of a failed one keep running,
// and may make the last output.
func (a *application) notifyDependents(stage int32) {
	s := &a.stages[stage]
	users, walk := s.users, true
	if s.available() {
		s.users, walk = nil, a.engine.everyWalk
		for _, job := range users {
			a.jobs[job].remaining--
			walk = walk || a.jobs[job].walked <= a.upheavals
		}
	}
	if walk {
		for _, job := range users {
			a.advance(job)
		}
	} else {
		a.submitReaders(stage, users)
	}
	for _, job := range users {
		a.endJobIfDone(job)
	}
	if s.users == nil {
		a.unused = append(a.unused, users[:0])
	}
}

// A submission is a stage that a job is to submit; rank is the job's among those that waited.
type submission struct{ rank, job, stage int32 }

// submitReaders submits the stages that read one which has ended, if they have waited for
// it alone: those of the job that began to wait first, in order of stage, then those of the
// next one.
func (a *application) submitReaders(stage int32, users []int32) {
	a.ends++
	for i, job := range users {
		a.jobs[job].rank, a.jobs[job].ranked = int32(i), a.ends
	}
	due := a.due[:0]
	a.due = nil // for whatever is submitted meanwhile
	for _, reader := range a.plan.Readers[stage] {
		if !a.submittable(reader) || a.stages[reader].available() {
			continue
		}
		first := submission{rank: int32(len(users))}
		for _, job := range a.stages[reader].users {
			if j := &a.jobs[job]; j.ranked == a.ends && j.rank < first.rank {
				first = submission{j.rank, job, reader}
			}
		}
		if int(first.rank) < len(users) {
			due = append(due, first)
		}
	}
	slices.SortFunc(due, func(x, y submission) int { return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.stage, y.stage)) })
	for _, d := range due {
		if a.submittable(d.stage) {
			a.prepareStage(d.job, d.stage)
		}
	}
	a.due = due
}
