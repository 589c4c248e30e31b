package policies

import (
	"fmt"
	"slices"
	"strings"
)

// newJob draws a job: a chain or a fan of map stages under a result stage, some
// of them shared with earlier jobs.
func (w *world) newJob() {
	w.after(100+w.time(w.nature.gap), w.newJob)
	if len(w.jobs) > 3 {
		return
	}
	j := &worldJob{id: w.now*10 + len(w.jobs)}
	var parents []*worldStage
	for range one(w, 0, 1, 1, 2, 2, 3) {
		if shared := w.anyStage(func(s *worldStage) bool { return s.shuffle >= 0 }); shared != nil && w.chance(300) {
			parents = append(parents, shared)
			continue
		}
		s := w.newStage(len(w.stages))
		if len(parents) > 0 && w.chance(500) {
			s.parents, parents = parents, nil
		}
		parents = append(parents, s)
	}
	j.result = w.newStage(-1)
	j.result.parents = parents
	j.stages = graph(j.result, nil)
	var listed []string
	for _, s := range j.stages {
		if s.shuffle >= 0 {
			listed = append(listed, fmt.Sprintf("%d>%d", s.id, s.shuffle))
		}
	}
	w.jobs = append(w.jobs, j)
	w.say("job %s", strings.Join(append([]string{fmt.Sprint(j.id)}, listed...), " "))
	w.need(j.result)
	w.schedule()
}

// graph lists a stage and all that it comes from, once each.
func graph(s *worldStage, all []*worldStage) []*worldStage {
	if slices.Contains(all, s) {
		return all
	}
	for _, parent := range s.parents {
		all = graph(parent, all)
	}
	return append(all, s)
}

func (w *world) newStage(shuffle int) *worldStage {
	s := &worldStage{id: len(w.stages), shuffle: shuffle, profile: w.random.IntN(w.profiles), cached: -1}
	s.outputs = slices.Repeat([]int{-1}, 1+w.random.IntN(w.nature.widest))
	if w.chance(w.nature.cache) {
		s.cached = w.random.IntN(4)
	}
	w.stages = append(w.stages, s)
	return s
}

func (s *worldStage) complete() bool { return !slices.Contains(s.outputs, -1) }

// need submits a stage, or first what it comes from.
func (w *world) need(s *worldStage) {
	if s.attempt != nil || s.complete() {
		return
	}
	ready := true
	for _, parent := range s.parents {
		if !parent.complete() {
			ready = false
			w.need(parent)
		}
	}
	if !ready || s.attempt != nil {
		return
	}
	a := &worldAttempt{stage: s, number: s.next}
	s.attempt = a
	s.next++
	for i, at := range s.outputs {
		if at < 0 {
			a.partitions = append(a.partitions, i)
		}
	}
	a.state, a.copied = make([]taskState, len(a.partitions)), make([]bool, len(a.partitions))
	w.attempts = append(w.attempts, a)
	if s.profile == 0 {
		w.say("submit %d.%d tasks=%d", s.id, a.number, len(a.partitions))
	} else {
		w.say("submit %d.%d tasks=%d profile=%d", s.id, a.number, len(a.partitions), s.profile)
	}
}

// schedule gives waiting tasks and copies to free slots.
func (w *world) schedule() {
	for _, a := range slices.Clone(w.attempts) {
		if a.stage.attempt != a {
			continue
		}
		for index, state := range a.state {
			if state != taskPending {
				continue
			}
			e := w.free(a, -1)
			if e == nil {
				break
			}
			w.start(a, index, e, false)
		}
		for _, index := range slices.Clone(a.awaited) {
			if e := w.free(a, index); e != nil {
				a.awaited = slices.DeleteFunc(a.awaited, func(i int) bool { return i == index })
				w.start(a, index, e, true)
			}
		}
	}
}

// free finds a slot for a task of an attempt; a copy stays off the executor of
// its original. An executor that leaves may still take a task that was on its way.
func (w *world) free(a *worldAttempt, original int) *worldExecutor {
	return w.anyone(func(e *worldExecutor) bool {
		if !e.usable || e.gone || e.profile != a.stage.profile || len(e.running) >= w.slots[e.profile] {
			return false
		}
		if e.leaving && !w.chance(15) {
			return false
		}
		return original < 0 || !slices.ContainsFunc(e.running, func(t *worldTask) bool {
			return t.attempt == a && t.index == original
		})
	})
}

func (w *world) start(a *worldAttempt, index int, e *worldExecutor, copy bool) {
	t := &worldTask{attempt: a, index: index, executor: e, copy: copy}
	e.running = append(e.running, t)
	line := fmt.Sprintf("start %d.%d tasks=%d on=%d", a.stage.id, a.number, index, e.id)
	if copy {
		line += " copy"
	} else {
		a.state[index] = taskRunning
	}
	if e.leaving {
		line += " inactive"
	}
	w.say("%s", line)
	wait := 50 + w.time(w.nature.taskTime)
	if w.chance(w.nature.straggler) {
		wait *= 4
	}
	if !copy && w.chance(w.nature.copies) {
		w.after(w.time(wait), func() { w.speculate(t) })
	}
	w.after(wait, func() { w.finish(t) })
}

func (w *world) speculate(t *worldTask) {
	a := t.attempt
	if t.ended || a.stage.attempt != a || a.copied[t.index] {
		return
	}
	a.copied[t.index] = true
	a.awaited = append(a.awaited, t.index)
	w.say("speculate %d.%d tasks=%d", a.stage.id, a.number, t.index)
	w.after(w.time(500), w.schedule)
}

// release frees the slot of a task.
func (w *world) release(t *worldTask) {
	t.ended = true
	e := t.executor
	e.running = slices.DeleteFunc(e.running, func(o *worldTask) bool { return o == t })
}

// ended tells of a task's end.
func (w *world) ended(t *worldTask, as string) {
	line := fmt.Sprintf("end %d.%d tasks=%d on=%d", t.attempt.stage.id, t.attempt.number, t.index, t.executor.id)
	if t.copy {
		line += " copy"
	}
	if as != "" {
		line += " as=" + as
	}
	if a := t.attempt; as == "failed" && !t.copy && a.state[t.index] == taskRunning {
		a.state[t.index] = taskPending
	}
	w.say("%s", line)
}

// finish ends a task by itself. Its slot is often taken before the listeners
// hear of it.
func (w *world) finish(t *worldTask) {
	if t.ended {
		return
	}
	a, s := t.attempt, t.attempt.stage
	w.release(t)
	if w.chance(300) {
		w.schedule()
	}
	switch {
	case a.state[t.index] == taskDone:
		w.ended(t, "killed")
	case w.chance(w.nature.fail):
		w.ended(t, "failed")
	case len(s.parents) > 0 && s.attempt == a && w.chance(w.nature.fetch):
		w.ended(t, "failed")
		w.refetch(a)
	default:
		w.succeed(t)
	}
	w.schedule()
}

// refetch is a fetch failure: the attempt is over although tasks of it still
// run; what could not be fetched is made again, and then the rest of the stage.
func (w *world) refetch(a *worldAttempt) {
	s := a.stage
	parent := one(w, s.parents...)
	lost := one(w, parent.outputs...)
	for i, at := range parent.outputs {
		if at == lost {
			parent.outputs[i] = -1
		}
	}
	w.say("complete %d.%d", s.id, a.number)
	w.after(200, func() {
		s.attempt = nil
		w.advance()
		w.schedule()
	})
}

func (w *world) succeed(t *worldTask) {
	a, s := t.attempt, t.attempt.stage
	w.cache(t)
	a.state[t.index] = taskDone
	a.awaited = slices.DeleteFunc(a.awaited, func(i int) bool { return i == t.index })
	if at := &s.outputs[a.partitions[t.index]]; *at < 0 {
		*at = t.executor.id
	}
	w.ended(t, "")
	for _, e := range w.executors {
		for _, loser := range e.running {
			if loser.attempt == a && loser.index == t.index {
				w.after(w.time(300), func() { w.kill(loser) })
			}
		}
	}
	if s.attempt == nil || !s.complete() {
		return
	}
	a = s.attempt
	w.say("complete %d.%d", s.id, a.number)
	s.attempt = nil
	w.advance()
	if w.chance(400) { // copies that were launched while the last task ended
		for _, index := range a.awaited {
			if e := w.free(a, index); e != nil {
				w.start(a, index, e, true)
			}
		}
	}
}

func (w *world) kill(t *worldTask) {
	if t.ended {
		return
	}
	w.release(t)
	w.ended(t, "killed")
	w.schedule()
}

// advance ends jobs that are done, and submits what the others need next.
func (w *world) advance() {
	for _, j := range slices.Clone(w.jobs) {
		if !j.result.complete() {
			w.need(j.result)
			continue
		}
		w.jobs = slices.DeleteFunc(w.jobs, func(o *worldJob) bool { return o == j })
		w.say("jobend %d", j.id)
		for _, s := range j.stages {
			if s.shuffle >= 0 && w.chance(w.nature.clean) {
				w.after(w.time(5000), func() { w.clean(s) })
			}
		}
	}
}

// clean tells that a shuffle is unreachable, if no running job needs it.
func (w *world) clean(s *worldStage) {
	for _, j := range w.jobs {
		if slices.Contains(j.stages, s) {
			return
		}
	}
	w.say("clean %d", s.shuffle)
}
