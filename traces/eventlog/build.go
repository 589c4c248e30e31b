package eventlog

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/numbered"
	"dynalloc/traces/eventlog/slots"
)

// builtStages says where the stages of a log went.
type builtStages struct {
	logs         []*stageLog // by index in Application.Stages
	bySubmission []*stageLog // nil: not sorted yet
	listed       []int       // by the same index: the latest job, from 1, in whose graph it is
}

// buildStages makes the application's stages: one for all attempts, none for skipped
// ones, parents before children.
func (a *assembler) buildStages(app *traces.Application) *builtStages {
	stages := make([]*stageLog, 0, a.stages.Len())
	for _, s := range a.stages.All() {
		stages = append(stages, s)
	}
	a.deriveParents(stages)
	a.link(stages)
	b := &builtStages{}
	own := slices.DeleteFunc(stages, func(s *stageLog) bool {
		if s.origin == s && s.job < 0 {
			a.counts[orphanStages]++
		}
		return s.origin != s || s.job < 0
	})
	a.findSources(own)
	if len(own) > 0 {
		app.Stages, b.logs = make([]traces.Stage, 0, len(own)), make([]*stageLog, 0, len(own))
	}
	for _, s := range a.topological(own) {
		runs := a.runsOf(s)
		tasks := a.tasksOf(s, runs)
		if len(tasks) < s.wanted {
			if s.completed {
				a.note(traces.Lossy, tasksMissing.With(s.id, s.wanted, len(tasks)))
			} else {
				a.counts[incompleteStages]++
			}
		}
		if len(tasks) == 0 {
			continue
		}
		stage := traces.Stage{
			ID: s.id, Name: s.name, Map: s.writes, Barrier: s.barrier, Tasks: tasks,
			Profile:  max(0, slices.IndexFunc(app.Profiles, func(p traces.Profile) bool { return p.ID == s.profile })),
			Parents:  b.present(s),
			Failures: failuresOf(s, runs),
			Copies:   copiesOf(s, runs),
		}
		if stage.Pack(a.tasks); stage.Packed != nil {
			a.runMemory.tasks = tasks
		}
		if s.lineage != nil {
			stage.Caches = s.lineage.Caches
		}
		for _, p := range stage.Parents {
			app.Stages[p].Map = true
		}
		stage.Retries = a.retriesOf(s, b, stage.Parents)
		stage.Delay = since(b.lastEnd(stage.Parents, a.jobs[s.job].start, s.submittedAt), s.submittedAt)
		stage.Launch = since(a.launchable(s), s.firstLaunch)
		s.index = len(app.Stages)
		b.logs = append(b.logs, s)
		app.Stages = append(app.Stages, stage)
	}
	if len(app.Stages) == 0 {
		app.Stages = nil
	}
	if !a.local() { // there, tasks keep all of their time
		slots.AddStalls(app.Stages)
	}
	return b
}

// attemptEnds returns when the last task of each attempt succeeded, sorted. If an original
// and its copy both succeeded, what follows may have waited for either of them, so that
// there is an end with the first and one with both.
func (a *assembler) attemptEnds(s *stageLog, runs []taskRun) []int64 {
	if len(runs) == 0 {
		return nil
	}
	if end, plain := s.onlyEnd(runs); plain {
		return a.runMemory.oneEnd(end)
	}
	type task struct {
		partition int32
		attempt   int16
	}
	first := map[task]int64{} // success of a task that had a copy
	for _, c := range s.copies {
		first[task{c.partition, c.attempt}] = math.MaxInt64
	}
	for i := range runs {
		r := &runs[i]
		if at, copied := first[task{r.partition, r.attempt}]; copied {
			first[task{r.partition, r.attempt}] = min(at, r.finish)
		}
	}
	type end struct {
		attempt int16
		first   bool
	}
	last := map[end]int64{}
	for i := range runs {
		r := &runs[i]
		last[end{r.attempt, false}] = max(last[end{r.attempt, false}], r.finish)
		if at, copied := first[task{r.partition, r.attempt}]; !copied || at == r.finish {
			last[end{r.attempt, true}] = max(last[end{r.attempt, true}], r.finish)
		}
	}
	return slices.Compact(slices.Sorted(maps.Values(last)))
}

// onlyEnd returns the end of the only attempt of a stage without copies, which is most.
func (s *stageLog) onlyEnd(runs []taskRun) (end int64, plain bool) {
	for i := range runs {
		end = max(end, runs[i].finish)
		if runs[i].attempt != runs[0].attempt {
			return 0, false
		}
	}
	return end, len(s.copies) == 0
}

// lastEnd returns the last end of an attempt of some stages before a time; at least from.
// All are in ms since 1970.
func (b *builtStages) lastEnd(stages []int, from, before int64) int64 {
	for _, i := range stages {
		for _, end := range b.logs[i].ends {
			if end <= before {
				from = max(from, end)
			}
		}
	}
	return from
}

// since is the time between two times in ms since 1970; 0 if one is unknown or they are
// in the wrong order.
func since(from, to int64) time.Duration {
	if from <= 0 {
		return 0
	}
	return time.Duration(max(0, to-from)) * time.Millisecond
}

// at is the index of the stage that has the work of a stage; -1: it had no tasks, or none has.
func (s *stageLog) at() int {
	if s.origin == nil {
		return -1
	}
	return s.origin.index
}

// present returns the indexes of a stage's parents. In the place of a parent without
// tasks stand that one's parents.
func (b *builtStages) present(s *stageLog) []int {
	if len(s.sources) == 0 {
		return nil
	}
	var found []int
	seen := map[*stageLog]bool{s: true}
	var visit func(*stageLog)
	visit = func(s *stageLog) {
		for _, p := range s.sources {
			if seen[p] {
				continue
			}
			seen[p] = true
			if p.index >= 0 {
				found = append(found, p.index)
			} else {
				visit(p)
			}
		}
	}
	visit(s)
	slices.Sort(found)
	return found
}

// graph returns the indexes of all stages of a job's graph, in order. Jobs are counted from 1.
func (b *builtStages) graph(app *traces.Application, j *jobLog, stages *numbered.Table[stageLog], job int) []int {
	if b.listed == nil {
		b.listed = make([]int, len(app.Stages))
	}
	var graph []int
	list := func(at int) {
		if b.listed[at] != job {
			b.listed[at] = job
			graph = append(graph, at)
		}
	}
	for _, id := range j.stages {
		if at := stages.Get(id).at(); at >= 0 {
			list(at)
		}
	}
	for i := 0; i < len(graph); i++ { // the graph grows in the loop
		for _, p := range app.Stages[graph[i]].Parents {
			list(p)
		}
	}
	slices.Sort(graph)
	return graph
}

// runsOf returns, for each partition of a stage, the first run that succeeded, in
// the order of partitions; they are valid until those of another stage are asked for. Before Spark 3.3 later attempts number their tasks anew,
// over the partitions that were missing: they are taken in this order.
func (a *assembler) runsOf(s *stageLog) []taskRun {
	m := &a.runMemory
	all := m.take(s)
	s.ends = a.attemptEnds(s, all)
	s.keepOriginals(all)
	order := m.order[:0] // by partition, then as they ended
	var rest []taskRun
	for i := range all {
		if r := &all[i]; r.exact {
			order = append(order, uint64(uint32(r.partition))<<32|uint64(i))
		} else {
			rest = append(rest, *r)
		}
	}
	slices.Sort(order)
	runs := m.kept[:0]
	for _, key := range order {
		r := &all[uint32(key)]
		n := len(runs)
		switch {
		case n == 0 || runs[n-1].partition != r.partition:
			runs = append(runs, *r)
		case r.before(&runs[n-1]):
			runs[n-1] = *r
		}
	}
	if len(rest) > 0 {
		slices.SortStableFunc(rest, func(x, y taskRun) int {
			return cmp.Or(cmp.Compare(x.attempt, y.attempt), cmp.Compare(x.partition, y.partition), cmp.Compare(x.finish, y.finish))
		})
		runs = append(runs, fillPartitions(runs, rest, s.total)...)
		slices.SortStableFunc(runs, func(x, y taskRun) int { return cmp.Compare(x.partition, y.partition) })
	}
	a.sortRuns(s, all, runs)
	m.order, m.kept = order, runs
	return runs
}

// before reports whether another run of the same partition repeated this one.
func (r *taskRun) before(other *taskRun) bool {
	return r.attempt < other.attempt || r.attempt == other.attempt && r.finish < other.finish
}

// fillPartitions gives runs of unknown partition, in order of attempt and index, the
// partitions below total that have no run yet. Further runs computed again what was
// there, and are no work of their own.
func fillPartitions(have, rest []taskRun, total int) []taskRun {
	var filled []taskRun
	at, next := 0, int32(0)
	seen := map[[2]int32]bool{}
	for _, r := range rest {
		key := [2]int32{int32(r.attempt), r.partition}
		if seen[key] {
			continue
		}
		seen[key] = true
		for at < len(have) && have[at].partition == next {
			at++
			next++
		}
		if int(next) >= total {
			break
		}
		r.partition = next
		next++
		filled = append(filled, r)
	}
	return filled
}

// tasksOf returns the tasks of a stage with all that its log says about them.
func (a *assembler) tasksOf(s *stageLog, runs []taskRun) []traces.Task {
	m := &a.runMemory
	tasks, byLaunch := slices.Grow(m.tasks[:0], len(runs))[:len(runs)], slices.Grow(m.byLaunch[:0], len(runs))[:len(runs)]
	m.tasks, m.byLaunch = nil, byLaunch
	for i := range runs {
		byLaunch[i] = i
		tasks[i] = runs[i].Task
		x := a.executors[runs[i].executor]
		tasks[i].Cold, tasks[i].FirstRead = x.firstOfAll().Has(runs[i].launch, runs[i].id), x.reads.Has(runs[i].launch, runs[i].id)
		if runs[i].isCopy {
			if o := s.original(runs[i].partition, runs[i].attempt); o != nil {
				tasks[i].OriginalRun = o.took
			}
		}
	}
	sortByLaunch(byLaunch, runs)
	for _, i := range byLaunch {
		x := a.executors[runs[i].executor]
		if x.stage != s {
			x.stage, x.ranOf = s, 0
		}
		tasks[i].First = x.ranOf < a.slots(x)
		x.ranOf++
		tasks[i].Recomputed = a.recomputed(s, &runs[i])
		if tasks[i].Cold || !tasks[i].First {
			tasks[i].Contenders = a.startingBeside(x, runs[i].launch)
		}
	}
	forgetUnawaited(tasks, byLaunch)
	countContenders(tasks, runs, byLaunch)
	return tasks
}

// sortByLaunch sorts the indexes of runs. Tasks are mostly launched in the order of
// their partitions.
func sortByLaunch(indexes []int, runs []taskRun) {
	compare := func(x, y int) int { return cmp.Or(cmp.Compare(runs[x].launch, runs[y].launch), cmp.Compare(x, y)) }
	if !slices.IsSortedFunc(indexes, compare) {
		slices.SortFunc(indexes, compare)
	}
}

// forgetUnawaited forgets how far from their data the tasks of a stage were launched that
// came before any task near its data: they did not wait until the nearer ones were
// launched, as others do (delay scheduling). byLaunch has the indexes of the tasks in
// order of launch.
func forgetUnawaited(tasks []traces.Task, byLaunch []int) {
	isNear := func(i int) bool { l := tasks[i].Locality; return l == traces.ProcessLocal || l == traces.NodeLocal }
	for _, i := range byLaunch[:max(slices.IndexFunc(byLaunch, isNear), 0)] {
		if t := &tasks[i]; t.Locality == traces.RackLocal || t.Locality == traces.AnyLocality {
			t.Locality = traces.UnknownLocality
		}
	}
}

// recomputed keeps where a task leaves the blocks of persisted RDDs. It reports
// whether the executor that held such a block had gone, so that the task had to
// compute the block again.
func (a *assembler) recomputed(s *stageLog, r *taskRun) bool {
	if s.lineage == nil {
		return false
	}
	again := false
	for _, rdd := range s.lineage.Caches {
		block := [2]int64{int64(rdd.ID), int64(r.partition)}
		x := a.blocks[block]
		gone := x != nil && x.removed > 0 && x.removed <= r.launch
		if x == nil || gone {
			a.blocks[block] = a.executors[r.executor]
		}
		again = again || gone
	}
	return again
}

// keepOriginals keeps the originals that succeeded beside a copy.
func (s *stageLog) keepOriginals(runs []taskRun) {
	type task struct {
		partition int32
		attempt   int16
	}
	if len(s.copies) == 0 {
		return
	}
	copied := map[task]bool{}
	for _, c := range s.copies {
		copied[task{c.partition, c.attempt}] = true
	}
	for i := range runs {
		if r := &runs[i]; !r.isCopy && copied[task{r.partition, r.attempt}] {
			s.rare().originals = append(s.originals, endedRun{r.partition, r.attempt, r.finish, int32(min(r.finish-r.launch, math.MaxInt32))})
		}
	}
}

// original returns the run of a partition of which a stage attempt had a copy; nil if the
// log does not have it.
func (s *stageLog) original(partition int32, attempt int16) *endedRun {
	i := slices.IndexFunc(s.originals, func(o endedRun) bool { return o.partition == partition && o.attempt == attempt })
	if i < 0 {
		return nil
	}
	return &s.originals[i]
}

// copiesOf returns the copies of a stage's tasks. runs are the first runs that succeeded,
// by partition.
func copiesOf(s *stageLog, runs []taskRun) []traces.Copy {
	var copies []traces.Copy
	for i := range runs {
		r := &runs[i]
		at := slices.IndexFunc(s.copies, func(c endedRun) bool { return c.partition == r.partition && c.attempt == r.attempt })
		original := s.original(r.partition, r.attempt)
		if at < 0 || original == nil {
			continue
		}
		c, launched := &s.copies[at], original.end-int64(original.took)
		copied := traces.Copy{Task: i, After: since(launched, c.end-int64(c.took)), Work: time.Duration(c.took) * time.Millisecond}
		if r.isCopy {
			copied.Work = r.Work()
		}
		copies = append(copies, copied)
	}
	return copies
}

// failuresOf returns the runs of a stage's tasks that failed by themselves, in the
// order of their ends.
func failuresOf(s *stageLog, runs []taskRun) []traces.Failure {
	slices.SortStableFunc(s.failures, func(x, y failedRun) int { return cmp.Compare(x.end, y.end) })
	var failures []traces.Failure
	for _, f := range s.failures {
		task, ok := slices.BinarySearchFunc(runs, f.partition, func(r taskRun, p int32) int { return cmp.Compare(r.partition, p) })
		if ok {
			failures = append(failures, traces.Failure{Task: task, Work: time.Duration(f.took) * time.Millisecond, Executor: f.executor})
		}
	}
	return failures
}
