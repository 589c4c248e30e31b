package eventlog

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/traces"
)

// builtStages tells where the stages of a log went.
type builtStages struct {
	origin map[*stageLog]*stageLog // the stage that has the work of each; nil: none
	index  map[*stageLog]int       // of an origin in Application.Stages; absent: dropped
}

// buildStages frees the stages from attempts, links the skipped ones to those
// whose shuffle they reuse, and puts parents before children.
func (a *assembler) buildStages(app *traces.Application) *builtStages {
	stages := make([]*stageLog, 0, len(a.stages))
	for _, s := range a.stages {
		stages = append(stages, s)
	}
	slices.SortFunc(stages, func(x, y *stageLog) int { return x.id - y.id })
	a.deriveParents(stages)
	b := &builtStages{origin: a.link(stages), index: map[*stageLog]int{}}
	cold := a.firstTasks(func(x *executorLog) firstTasks { return x.cold })
	reads := a.firstTasks(func(x *executorLog) firstTasks { return x.reads })
	profile := map[int]int{}
	for i, p := range app.Profiles {
		profile[p.ID] = i
	}
	orphans := 0
	own := slices.DeleteFunc(stages, func(s *stageLog) bool {
		if b.origin[s] == s && s.job < 0 {
			orphans++
		}
		return b.origin[s] != s || s.job < 0
	})
	a.count(orphans, traces.Lossy, "1 stage belongs to no job in the log: it is left out", "%d stages belong to no job in the log: they are left out")
	parents := a.stageParents(own, b.origin)
	short := 0
	for _, s := range a.inOrder(own, parents) {
		runs := a.runsOf(s)
		tasks := a.tasksOf(s, runs, cold, reads)
		if s.completed && len(tasks) < s.wanted {
			a.note(traces.Lossy, "stage %d completed with %d tasks, but only %d of them ended in the log: the others are left out", s.id, s.wanted, len(tasks))
		} else if !s.completed && len(tasks) < s.wanted {
			short++
		}
		if len(tasks) == 0 {
			continue
		}
		stage := traces.Stage{ID: s.id, Name: s.name, Profile: profile[s.profile], Map: s.writes, Tasks: tasks, Failures: failuresOf(s, runs)}
		if s.lineage != nil {
			stage.Caches = s.lineage.caches
		}
		stage.Parents = b.present(s, parents)
		b.index[s] = len(app.Stages)
		app.Stages = append(app.Stages, stage)
	}
	for i := range app.Stages {
		for _, p := range app.Stages[i].Parents {
			app.Stages[p].Map = true
		}
	}
	a.count(short, traces.Complete, "1 stage did not complete: only its tasks that succeeded are kept",
		"%d stages did not complete: only their tasks that succeeded are kept")
	return b
}

// present returns the indexes of a stage's parents, and of the parents of
// those that had no tasks.
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
	for i := 0; i < len(graph); i++ { // graph grows while it is walked
		for _, p := range app.Stages[graph[i]].Parents {
			list(p)
		}
	}
	slices.Sort(graph)
	return graph
}

// firstTasks returns the ids of the first tasks of some kind of all executors.
func (a *assembler) firstTasks(of func(*executorLog) firstTasks) map[int64]bool {
	first := map[int64]bool{}
	for _, x := range a.executors {
		for _, t := range of(x) {
			first[t.id] = true
		}
	}
	return first
}

// deriveParents finds the parents of stages in logs that do not name them:
// before Spark 1.4 through the RDDs that they read; where RDDs have no parents
// either, the stages of a job are taken as one chain, in the order of ids, in
// which Spark numbers parents before children.
func (a *assembler) deriveParents(stages []*stageLog) {
	chained := 0
	byJob := map[int][]*stageLog{}
	for _, s := range stages {
		if s.hasParents || s.job < 0 {
			continue
		}
		before := byJob[s.job]
		byJob[s.job] = append(before, s)
		if s.lineage != nil && len(s.lineage.reads) > 0 {
			for _, p := range before {
				if slices.ContainsFunc(s.lineage.reads, func(r reading) bool { return p.lineage.has(r.parent) }) {
					s.parents = append(s.parents, p.id)
				}
			}
			continue
		}
		if len(before) > 0 {
			s.parents = []int{before[len(before)-1].id}
			chained++
		}
	}
	if chained > 0 {
		a.note(traces.Complete, "the log does not say which stage reads which (before Spark 1.4): the stages of a job are taken as a chain")
	}
}

// link finds, for each stage, the stage that has its work: itself if it ran,
// the one whose shuffle it reuses if it was skipped. A map stage that ran
// because that shuffle was lost is no work of its own: its runs are added to
// the original's, which keeps the first of each partition.
func (a *assembler) link(stages []*stageLog) map[*stageLog]*stageLog {
	readers := a.readers(stages)
	type shuffle struct {
		lineage string
		tasks   int
	}
	originals := map[shuffle][]*stageLog{}
	origin := map[*stageLog]*stageLog{}
	lost, again, unsure := 0, 0, 0
	for _, s := range stages {
		ran := s.submitted || len(s.runs) > 0
		_, isParent := readers[s]
		if s.lineage == nil || !(s.writes || isParent || !ran) {
			if ran {
				origin[s] = s
			} else {
				lost++
			}
			continue
		}
		key := shuffle{s.lineage.identity, s.total}
		var fits, sure []*stageLog
		for _, o := range originals[key] {
			switch {
			case o.job == s.job && s.job >= 0:
			case meet(readers[o], readers[s]):
				sure = append(sure, o)
			case len(readers[o]) == 0 || len(readers[s]) == 0:
				fits = append(fits, o)
			}
		}
		if len(sure) > 0 {
			fits = sure
		}
		if len(fits) > 1 {
			unsure++
		}
		switch {
		case len(fits) == 0 && ran:
			origin[s] = s
			originals[key] = append(originals[key], s)
		case len(fits) == 0:
			lost++
		default:
			o := fits[len(fits)-1]
			origin[s] = o
			if o.job < 0 {
				o.job = s.job
			}
			for _, r := range readers[s] {
				if !slices.Contains(readers[o], r) {
					readers[o] = append(readers[o], r)
				}
			}
			if len(s.runs) > 0 {
				again++
				o.adopt(s)
			}
		}
	}
	a.count(lost, traces.Complete, "1 stage never ran, and no stage before it has its output: it is left out",
		"%d stages never ran, and no stages before them have their output: they are left out")
	a.count(again, traces.Complete, "1 stage computed a lost shuffle again: it is no work of its own",
		"%d stages computed lost shuffles again: they are no work of their own")
	a.count(unsure, traces.Complete, "1 skipped stage could reuse any of several shuffles: the latest is taken",
		"%d skipped stages could reuse any of several shuffles: the latest is taken")
	return origin
}

// readers returns the RDDs through which other stages read the shuffle of each
// stage that has children; a child whose RDDs do not say leaves an empty list.
func (a *assembler) readers(stages []*stageLog) map[*stageLog][]int64 {
	readers := map[*stageLog][]int64{}
	for _, child := range stages {
		for _, id := range child.parents {
			parent := a.stages[id]
			if parent == nil || parent == child {
				continue
			}
			list := readers[parent]
			if child.lineage != nil {
				for _, r := range child.lineage.reads {
					if parent.lineage.has(r.parent) && !slices.Contains(list, r.rdd) {
						list = append(list, r.rdd)
					}
				}
			}
			readers[parent] = list
		}
	}
	return readers
}

func meet(x, y []int64) bool {
	return slices.ContainsFunc(x, func(n int64) bool { return slices.Contains(y, n) })
}

// adopt adds the runs of a stage that computed the same shuffle later.
func (s *stageLog) adopt(later *stageLog) {
	shift := int16(1)
	for i := range s.runs {
		shift = max(shift, s.runs[i].attempt+1)
	}
	for _, r := range later.runs {
		r.attempt = int16(min(int(r.attempt)+int(shift), maxAttempt))
		s.runs = append(s.runs, r)
	}
	s.writes = s.writes || later.writes
	later.runs = nil
}

// stageParents returns the parents of stages that have work, as stages that
// have work.
func (a *assembler) stageParents(own []*stageLog, origin map[*stageLog]*stageLog) map[*stageLog][]*stageLog {
	parents := map[*stageLog][]*stageLog{}
	for _, s := range own {
		for _, id := range s.parents {
			if p := origin[a.stages[id]]; p != nil && p != s && !slices.Contains(parents[s], p) {
				parents[s] = append(parents[s], p)
			}
		}
	}
	return parents
}

// inOrder sorts the stages that have work, parents before children. A log
// whose stages are their own ancestors is damaged: the link that closes the
// circle is cut.
func (a *assembler) inOrder(own []*stageLog, parents map[*stageLog][]*stageLog) []*stageLog {
	const visiting, done = 1, 2
	state := map[*stageLog]int{}
	var order []*stageLog
	cut := 0
	var visit func(*stageLog)
	visit = func(s *stageLog) {
		state[s] = visiting
		keep := parents[s][:0]
		for _, p := range parents[s] {
			if state[p] == visiting {
				cut++
				continue
			}
			if keep = append(keep, p); state[p] == 0 {
				visit(p)
			}
		}
		parents[s] = keep
		state[s] = done
		order = append(order, s)
	}
	for _, s := range own {
		if state[s] == 0 {
			visit(s)
		}
	}
	a.count(cut, traces.Lossy, "1 stage is its own ancestor: the link is cut", "%d stages are their own ancestors: the links are cut")
	return order
}

// runsOf returns for each partition of a stage the first run that succeeded.
// Before Spark 3.3 later attempts number their tasks anew, over the
// partitions that were missing: they are taken in order.
func (a *assembler) runsOf(s *stageLog) []taskRun {
	slices.SortStableFunc(s.runs, func(x, y taskRun) int {
		switch {
		case x.exact != y.exact:
			return int(bit(y.exact)) - int(bit(x.exact))
		case x.partition != y.partition:
			return int(x.partition) - int(y.partition)
		}
		return int(x.attempt) - int(y.attempt)
	})
	exact := 0
	for exact < len(s.runs) && s.runs[exact].exact {
		exact++
	}
	runs := firstOfEach(s.runs[:exact:exact])
	if rest := s.runs[exact:]; len(rest) > 0 {
		slices.SortStableFunc(rest, func(x, y taskRun) int { return int(x.attempt) - int(y.attempt) })
		runs = append(runs, missing(runs, rest, s.total)...)
		slices.SortStableFunc(runs, func(x, y taskRun) int { return int(x.partition) - int(y.partition) })
	}
	s.runs = nil
	return runs
}

// tasksOf returns the work of a stage.
func (a *assembler) tasksOf(s *stageLog, runs []taskRun, cold, reads map[int64]bool) []traces.Task {
	tasks := make([]traces.Task, len(runs))
	for i := range runs {
		tasks[i] = runs[i].Task
		tasks[i].Cold, tasks[i].FirstRead = cold[runs[i].id], reads[runs[i].id]
		if runs[i].isCopy {
			for _, o := range s.originals {
				if o.partition == runs[i].partition {
					tasks[i].Original = o.took
				}
			}
		}
	}
	byLaunch := make([]int, len(runs))
	for i := range byLaunch {
		byLaunch[i] = i
	}
	slices.SortStableFunc(byLaunch, func(x, y int) int { return cmp.Compare(runs[x].launch, runs[y].launch) })
	ran := map[*executorLog]int{}
	for _, i := range byLaunch {
		x := runs[i].executor
		tasks[i].First = ran[x] < a.slots(x)
		ran[x]++
		tasks[i].Recomputed = a.cached(s, &runs[i])
		if tasks[i].Cold || !tasks[i].First {
			tasks[i].Beside = a.rising(x, runs[i].launch)
		}
	}
	countBeside(tasks, runs, byLaunch)
	return tasks
}

// cached keeps where a task leaves the blocks of persisted RDDs, and tells
// whether it found one gone, so that it had to compute it again.
func (a *assembler) cached(s *stageLog, r *taskRun) bool {
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

// failuresOf returns the attempts of a stage's tasks that failed of
// themselves, in order of their ends.
func failuresOf(s *stageLog, runs []taskRun) []traces.Failure {
	slices.SortStableFunc(s.failures, func(x, y failedRun) int { return cmp.Compare(x.end, y.end) })
	var failures []traces.Failure
	for _, f := range s.failures {
		task, ok := slices.BinarySearchFunc(runs, f.partition, func(r taskRun, p int32) int { return cmp.Compare(r.partition, p) })
		if ok {
			failures = append(failures, traces.Failure{Task: task, Work: time.Duration(f.took) * time.Millisecond})
		}
	}
	return failures
}

// firstOfEach keeps the first run of each partition of a sorted list.
func firstOfEach(runs []taskRun) []taskRun {
	return slices.CompactFunc(runs, func(x, y taskRun) bool { return x.partition == y.partition })
}

// missing gives runs of unknown partition, by attempt and index, the
// partitions below total that have none. What is left over computed again what
// was there, and is no work of its own.
func missing(have, rest []taskRun, total int) []taskRun {
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
