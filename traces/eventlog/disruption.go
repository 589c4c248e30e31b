package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/slots"
)

// What happened to a run from outside is found in its log: executors that were lost, and
// the task runs that were in vain or repeated because of it. What follows from executors
// that the policy gave back is no disruption, because a replay of the policy has it, too.

// An attemptLog is what the log says about one attempt of a stage. Times are milliseconds
// since 1970, 0 if unknown.
type attemptLog struct {
	number           int
	tasks            int
	submitted, ended int64
	failed           bool
	launched         int64 // its first task
}

// attempt returns what is known about an attempt, valid until another one is added.
func (s *stageLog) attempt(n int) *attemptLog {
	at, known := s.findAttempt(n)
	if !known {
		s.attempts = slices.Insert(s.attempts, at, attemptLog{number: n})
	}
	return &s.attempts[at]
}

// known returns an attempt of which the log says something, else nil.
func (s *stageLog) known(n int) *attemptLog {
	if at, known := s.findAttempt(n); known {
		return &s.attempts[at]
	}
	return nil
}

func (s *stageLog) findAttempt(n int) (at int, known bool) {
	return slices.BinarySearchFunc(s.attempts, n, func(t attemptLog, n int) int { return cmp.Compare(t.number, n) })
}

// A brokenRun is a task run that an executor's loss ended.
type brokenRun struct {
	endedRun
	fetch bool         // it could not fetch shuffle data
	blame *executorLog // that ran it, or that had the data; nil: unknown
}

// span is the time of the run.
func (r *endedRun) span() (from, to int64) { return r.end - int64(r.took), r.end }

// wasLost reports whether an executor ended without having been given back. If the reason
// does not tell, it was lost if it ran tasks, or under a fixed size, which gives none back.
func (a *assembler) wasLost(x *executorLog) bool {
	switch {
	case x.removed == 0 || isDriver(x.id) || spark.GivenBack(x.reason):
		return false
	case spark.TakenAway(x.reason):
		return true
	}
	return x.brokenTasks || !a.properties.DynamicAllocation()
}

// toPolicy reports whether a policy had given an executor back by a time: what follows
// from that is the policy's doing.
func (a *assembler) toPolicy(x *executorLog, by int64) bool {
	return x != nil && x.removed > 0 && x.removed <= by && !a.wasLost(x)
}

// lostTogether is how far apart, in ms, the executors of a lost host can be seen to go:
// a driver learns of them by broken connections.
const lostTogether = 5000

// buildLosses keeps the executors that were lost while there was work to do.
func (a *assembler) buildLosses(app *traces.Application, built *builtStages) {
	d := &a.disruptions
	var alive, gone []*executorLog
	for _, x := range a.executors {
		if !isDriver(x.id) && x.firstSeen() > 0 {
			alive = append(alive, x)
			if x.removed > 0 {
				gone = append(gone, x)
			}
		}
	}
	slices.SortStableFunc(alive, func(x, y *executorLog) int { return cmp.Compare(x.firstSeen(), y.firstSeen()) })
	slices.SortStableFunc(gone, func(x, y *executorLog) int { return cmp.Compare(x.removed, y.removed) })
	until := a.workEnd()
	hosts := map[string]bool{}
	var lost, others []int64
	for _, x := range alive {
		others = append(others, x.firstSeen())
	}
	for _, x := range gone {
		at := slices.Index(alive, x)
		place := 0
		for _, older := range alive[:at] {
			if older.firstSeen() <= x.removed {
				place++
			}
		}
		alive = slices.Delete(alive, at, at+1)
		if !a.wasLost(x) {
			others = append(others, x.removed)
			continue
		}
		if x.removed >= until {
			continue
		}
		lost = append(lost, x.removed)
		loss := traces.Loss{Stage: -1, After: a.offset(x.removed), Executor: place, Host: a.hostLost(x)}
		if s := built.submittedBefore(x.removed); s != nil {
			loss.Stage, loss.After = s.index, since(s.submittedAt, x.removed)
		}
		app.Losses = append(app.Losses, loss)
		d.Executors++
		hosts[x.host] = hosts[x.host] || loss.Host
	}
	for _, lost := range hosts { // any order: they are counted
		if lost {
			d.Hosts++
		}
	}
	a.missing, a.missed = slots.Missing(lost, others, until)
}

// submittedBefore returns the stage that was the latest to be submitted until a time; nil: none was.
func (b *builtStages) submittedBefore(ms int64) *stageLog {
	if b.bySubmission == nil {
		b.bySubmission = slices.DeleteFunc(slices.Clone(b.logs), func(s *stageLog) bool { return s.submittedAt <= 0 })
		slices.SortFunc(b.bySubmission, func(x, y *stageLog) int {
			return cmp.Or(cmp.Compare(x.submittedAt, y.submittedAt), cmp.Compare(y.index, x.index)) // the first of equal ones counts
		})
	}
	at, _ := slices.BinarySearchFunc(b.bySubmission, ms+1, func(s *stageLog, t int64) int { return cmp.Compare(s.submittedAt, t) })
	if at == 0 {
		return nil
	}
	return b.bySubmission[at-1]
}

// workEnd is the end of the last job; the end of the log if a job never ended.
func (a *assembler) workEnd() int64 {
	end := int64(0)
	for _, j := range a.jobs {
		if j.end == 0 {
			return a.last + 1
		}
		end = max(end, j.end)
	}
	return end
}

// hostLost reports whether an executor was lost with its host: the reason says so, or all
// executors there, more than one, were lost together.
func (a *assembler) hostLost(x *executorLog) bool {
	if spark.HostGone(x.reason) {
		return true
	}
	together := 0
	for i := range a.lived(x.removed, x.removed-lostTogether) {
		y := a.executors[i]
		if y.host != x.host {
			continue
		}
		if !a.wasLost(y) || y.removed > x.removed+lostTogether {
			return false
		}
		together++
	}
	return together > 1
}

// retriesOf returns the attempts of a stage after its first. parents are the indexes of
// the stages that it reads.
func (a *assembler) retriesOf(s *stageLog, built *builtStages, parents []int) []traces.Retry {
	var retries []traces.Retry
	for n := 1; s.known(n) != nil; n++ {
		var r traces.Retry
		before, at := s.known(n-1), s.known(n).submitted
		ready := a.lastFailure(at)
		if f := s.failedFetch(n - 1); f != nil && before != nil && before.failed {
			r.Fetch = time.Duration(f.took) * time.Millisecond
		}
		r.Delay = since(built.lastEnd(parents, ready+resubmitDelay, at), at)
		retries = append(retries, r)
	}
	return retries
}

// resubmitDelay is Spark's wait after a failed fetch, in ms (DAGScheduler.RESUBMIT_TIMEOUT).
const resubmitDelay = 200

// lastFailure is when the last attempt of any stage failed before a time.
func (a *assembler) lastFailure(before int64) int64 {
	if a.failures == nil {
		a.failures = []int64{0}
		for _, s := range a.stages.All() {
			for i := range s.attempts {
				if t := &s.attempts[i]; t.failed {
					a.failures = append(a.failures, max(t.ended, 0))
				}
			}
		}
		slices.Sort(a.failures)
	}
	at, _ := slices.BinarySearch(a.failures, before+1)
	return a.failures[max(at-1, 0)]
}

// failedFetch returns the first failed fetch of an attempt; nil if none failed.
func (s *stageLog) failedFetch(attempt int) *brokenRun {
	var first *brokenRun
	for i := range s.broken {
		if r := &s.broken[i]; r.fetch && int(r.attempt) == attempt && (first == nil || r.end < first.end) {
			first = r
		}
	}
	return first
}

// sortRuns divides the task runs of a stage into those that a replay has and those that
// were in vain or repeated. all are its runs that succeeded, kept those of them that count.
func (a *assembler) sortRuns(s *stageLog, all, kept []taskRun) {
	for i := range kept {
		a.lost.Add(slots.Useful, kept[i].launch, kept[i].finish)
	}
	var byPartition map[int32]*taskRun
	var ids map[int64]bool
	if len(all) == len(kept) {
		all = nil // all of them count
	} else {
		byPartition, ids = map[int32]*taskRun{}, map[int64]bool{}
		for i := range kept {
			byPartition[kept[i].partition], ids[kept[i].id] = &kept[i], true
		}
	}
	before := a.disruptions.Runs
	vain := func(from, to int64) {
		a.lost.Add(slots.Vain, from, to)
		a.disruptions.Runs++
	}
	for i := range all {
		r := &all[i]
		first := byPartition[r.partition]
		known := r.exact && first != nil
		switch {
		case ids[r.id]:
			continue
		case known && first.attempt == r.attempt && (first.isCopy || r.isCopy):
			continue
		case r.adopted && !(known && a.wasLost(a.executors[first.executor])): // its shuffle had been dropped
			continue
		case known && a.toPolicy(a.executors[first.executor], r.launch):
			continue
		}
		vain(r.launch, r.finish)
	}
	for i := range s.broken {
		if r := &s.broken[i]; !a.toPolicy(r.blame, r.end) {
			vain(r.span())
			if r.fetch {
				a.disruptions.Fetches++
			}
		}
	}
	for i := range s.originals {
		r := &s.originals[i]
		t, f := s.known(int(r.attempt)), s.failedFetch(int(r.attempt))
		if t != nil && t.failed && f != nil && !a.toPolicy(f.blame, f.end) {
			vain(r.span())
		}
	}
	for i := range s.failures {
		from, to := s.failures[i].span()
		a.lost.Add(slots.Useful, from, to)
	}
	for i := range s.attempts {
		t := &s.attempts[i]
		next, f := s.known(t.number+1), s.failedFetch(t.number)
		if next == nil || f == nil || a.toPolicy(f.blame, f.end) {
			continue
		}
		if t.failed {
			a.lost.Add(slots.Recovering, f.end, next.launched)
		}
	}
	if a.disruptions.Runs > before {
		a.disruptions.Attempts += max(0, len(s.attempts)-1)
	}
}

// longestStart is the longest wait for an executor, in ms, that is taken for its start-up
// and a short queue, which a replay has, too: twice what clusters need at their slowest.
const longestStart = 2 * 60 * 1000

// findStarved finds the times in which tasks waited and the application had no executor.
// Until the first executor, and after the policy gave all back, only more than the longest
// start-up is a disruption.
func (a *assembler) findStarved(until int64) {
	type change struct {
		at    int64
		delta int
		lost  bool
	}
	var changes []change
	for _, x := range a.executors {
		added := cmp.Or(x.added, x.block)
		if isDriver(x.id) || x.firstTask == 0 && added == 0 {
			continue
		}
		if added == 0 {
			return // nobody knows when it came
		}
		changes = append(changes, change{at: added, delta: 1})
		if x.removed > 0 {
			changes = append(changes, change{x.removed, -1, a.wasLost(x)})
		}
	}
	if a.local() || len(changes) == 0 && a.tasks > 0 {
		return
	}
	slices.SortStableFunc(changes, func(x, y change) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(y.delta, x.delta)) })
	type gap struct{ from, to, spared int64 }
	gaps := []gap{{from: 1, to: until}} // without any executor ever
	if len(changes) > 0 {
		gaps = []gap{{from: 1, to: changes[0].at, spared: longestStart}}
	}
	held := 0
	for i, c := range changes {
		held += c.delta
		if held > 0 || c.delta > 0 {
			continue
		}
		g := gap{from: c.at, to: until}
		if !c.lost {
			g.spared = longestStart
		}
		if i+1 < len(changes) {
			g.to = changes[i+1].at
		}
		if g.from < g.to {
			gaps = append(gaps, g) // in order of time
		}
	}
	for _, s := range a.stages.All() {
		ends := until
		if s.submittedAt == 0 {
			continue
		}
		if s.completed {
			ends = s.lastEnded()
		} else if s.job >= 0 {
			ends = cmp.Or(a.jobs[s.job].end, until)
		}
		next, _ := slices.BinarySearchFunc(gaps, s.submittedAt+1, func(g gap, from int64) int { return cmp.Compare(g.to, from) })
		for _, g := range gaps[next:] {
			if g.from >= ends {
				break
			}
			a.lost.Starved(max(g.from, s.submittedAt), min(g.to, ends), g.spared)
		}
	}
}

// lastEnded is when the last attempt of a stage ended.
func (s *stageLog) lastEnded() int64 {
	last := int64(0)
	for i := range s.attempts {
		last = max(last, s.attempts[i].ended)
	}
	return last
}

// measure adds up the time that was lost.
func (a *assembler) measure(until int64) {
	a.findStarved(until)
	sum := a.lost.Sum()
	a.lost, a.waited = slots.Lost{}, sum.Waited
	a.disruptions.Repeated, a.disruptions.Starved = sum.Repeated, sum.Starved
}
