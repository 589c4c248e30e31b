package eventlog

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"dynalloc/traces"
)

// builtStages says where the stages of a log went.
type builtStages struct {
	origin map[*stageLog]*stageLog // the stage that has the work of each (see link)
	index  map[*stageLog]int       // of an origin in Application.Stages; absent if it had no tasks
	logs   []*stageLog             // by index in Application.Stages
}

// buildStages makes the application's stages: one for all attempts, none for skipped
// ones, parents before children.
func (a *assembler) buildStages(app *traces.Application) *builtStages {
	stages := slices.SortedFunc(maps.Values(a.stages), func(x, y *stageLog) int { return x.id - y.id })
	a.deriveParents(stages)
	b := &builtStages{origin: a.link(stages), index: map[*stageLog]int{}}
	own := slices.DeleteFunc(stages, func(s *stageLog) bool {
		if b.origin[s] == s && s.job < 0 {
			a.counts[orphanStages]++
		}
		return b.origin[s] != s || s.job < 0
	})
	cold := a.firstTasks((*executorLog).firstOfAll)
	reads := a.firstTasks(func(x *executorLog) firstTasks { return x.reads })
	parents := a.sources(own, b.origin)
	for _, s := range a.topological(own, parents) {
		runs := a.runsOf(s)
		tasks := a.tasksOf(s, runs, cold, reads)
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
			Parents:  b.present(s, parents),
			Failures: failuresOf(s, runs),
			Copies:   copiesOf(s, runs),
		}
		stage.Pack()
		if s.lineage != nil {
			stage.Caches = s.lineage.caches
		}
		for _, p := range stage.Parents {
			app.Stages[p].Map = true
		}
		stage.Retries = a.retriesOf(s, b, stage.Parents)
		stage.Delay = since(b.lastEnd(stage.Parents, a.jobs[s.job].start, s.submittedAt), s.submittedAt)
		stage.Launch = since(a.launchable(s), s.firstLaunch)
		b.index[s] = len(app.Stages)
		b.logs = append(b.logs, s)
		app.Stages = append(app.Stages, stage)
	}
	if !a.local() { // there, tasks keep all of their time
		addStalls(app.Stages)
	}
	return b
}

// attemptEnds returns when the last task of each attempt succeeded, sorted. If an original
// and its copy both succeeded, what follows may have waited for either of them, so that
// there is an end with the first and one with both.
func (s *stageLog) attemptEnds() []int64 {
	type task struct {
		partition int32
		attempt   int16
	}
	first := map[task]int64{} // success of a task that had a copy
	for _, c := range s.copies {
		first[task{c.partition, c.attempt}] = math.MaxInt64
	}
	for i := range s.runs {
		r := &s.runs[i]
		if at, copied := first[task{r.partition, r.attempt}]; copied {
			first[task{r.partition, r.attempt}] = min(at, r.finish)
		}
	}
	type end struct {
		attempt int16
		first   bool
	}
	last := map[end]int64{}
	for i := range s.runs {
		r := &s.runs[i]
		last[end{r.attempt, false}] = max(last[end{r.attempt, false}], r.finish)
		if at, copied := first[task{r.partition, r.attempt}]; !copied || at == r.finish {
			last[end{r.attempt, true}] = max(last[end{r.attempt, true}], r.finish)
		}
	}
	return slices.Compact(slices.Sorted(maps.Values(last)))
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

// present returns the indexes of a stage's parents. In the place of a parent without
// tasks stand that one's parents.
func (b *builtStages) present(s *stageLog, parents map[*stageLog][]*stageLog) []int {
	var found []int
	seen := map[*stageLog]bool{s: true}
	var visit func(*stageLog)
	visit = func(s *stageLog) {
		for _, p := range parents[s] {
			if seen[p] {
				continue
			}
			seen[p] = true
			if i, ok := b.index[p]; ok {
				found = append(found, i)
			} else {
				visit(p)
			}
		}
	}
	visit(s)
	slices.Sort(found)
	return found
}

// graph returns the indexes of all stages of a job's graph, in order.
func (b *builtStages) graph(app *traces.Application, j *jobLog, stages map[int]*stageLog) []int {
	var graph []int
	listed := map[int]bool{}
	list := func(at int) {
		if !listed[at] {
			listed[at] = true
			graph = append(graph, at)
		}
	}
	for _, id := range j.stages {
		if at, ok := b.index[b.origin[stages[id]]]; ok {
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

// firstTasks returns the ids of the first tasks of some kind on all executors.
func (a *assembler) firstTasks(of func(*executorLog) firstTasks) map[int64]bool {
	first := map[int64]bool{}
	for _, x := range a.executors {
		for _, t := range of(x) {
			first[t.id] = true
		}
	}
	return first
}

// runsOf returns, for each partition of a stage, the first run that succeeded, in
// the order of partitions. Before Spark 3.3 later attempts number their tasks anew,
// over the partitions that were missing: they are taken in this order.
func (a *assembler) runsOf(s *stageLog) []taskRun {
	s.ends = s.attemptEnds()
	s.keepOriginals()
	all := slices.Clone(s.runs)
	slices.SortStableFunc(s.runs, func(x, y taskRun) int {
		return cmp.Or(int(bit(y.exact))-int(bit(x.exact)), cmp.Compare(x.partition, y.partition), cmp.Compare(x.attempt, y.attempt), cmp.Compare(x.finish, y.finish))
	})
	exact := 0
	for exact < len(s.runs) && s.runs[exact].exact {
		exact++
	}
	runs := slices.CompactFunc(s.runs[:exact:exact], func(x, y taskRun) bool { return x.partition == y.partition })
	if rest := s.runs[exact:]; len(rest) > 0 {
		slices.SortStableFunc(rest, func(x, y taskRun) int { return cmp.Compare(x.attempt, y.attempt) })
		runs = append(runs, fillPartitions(runs, rest, s.total)...)
		slices.SortStableFunc(runs, func(x, y taskRun) int { return cmp.Compare(x.partition, y.partition) })
	}
	s.runs = nil
	a.sortRuns(s, all, runs)
	return runs
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
func (a *assembler) tasksOf(s *stageLog, runs []taskRun, cold, reads map[int64]bool) []traces.Task {
	tasks, byLaunch := make([]traces.Task, len(runs)), make([]int, len(runs))
	for i := range runs {
		byLaunch[i] = i
		tasks[i] = runs[i].Task
		tasks[i].Cold, tasks[i].FirstRead = cold[runs[i].id], reads[runs[i].id]
		if runs[i].isCopy {
			if o := s.original(runs[i].partition, runs[i].attempt); o != nil {
				tasks[i].OriginalRun = o.took
			}
		}
	}
	slices.SortStableFunc(byLaunch, func(x, y int) int { return cmp.Compare(runs[x].launch, runs[y].launch) })
	ran := map[*executorLog]int{}
	for _, i := range byLaunch {
		x := runs[i].executor
		tasks[i].First = ran[x] < a.slots(x)
		ran[x]++
		tasks[i].Recomputed = a.recomputed(s, &runs[i])
		if tasks[i].Cold || !tasks[i].First {
			tasks[i].Contenders = a.startingBeside(x, runs[i].launch)
		}
	}
	forgetUnawaited(tasks, byLaunch)
	countContenders(tasks, runs, byLaunch)
	return tasks
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
	for _, rdd := range s.lineage.caches {
		block := [2]int64{int64(rdd.ID), int64(r.partition)}
		x := a.blocks[block]
		gone := x != nil && x.removed > 0 && x.removed <= r.launch
		if x == nil || gone {
			a.blocks[block] = r.executor
		}
		again = again || gone
	}
	return again
}

// keepOriginals keeps the originals that succeeded beside a copy.
func (s *stageLog) keepOriginals() {
	type task struct {
		partition int32
		attempt   int16
	}
	copied := map[task]bool{}
	for _, c := range s.copies {
		copied[task{c.partition, c.attempt}] = true
	}
	for i := range s.runs {
		if r := &s.runs[i]; !r.isCopy && copied[task{r.partition, r.attempt}] {
			s.originals = append(s.originals, endedRun{r.partition, r.attempt, r.finish, int32(min(r.finish-r.launch, math.MaxInt32))})
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
