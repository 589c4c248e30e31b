package policies

import (
	"fmt"
	"slices"
)

// grant starts executors up to what is asked and what fits.
func (w *world) grant() {
	for profile, asked := range w.asked {
		live := 0
		for _, e := range w.executors {
			if e.profile == profile && !e.gone && !e.leaving {
				live++
			}
		}
		for ; live < min(asked, w.nature.capacity); live++ {
			e := &worldExecutor{id: len(w.executors), profile: profile}
			w.executors = append(w.executors, e)
			w.after(w.time(w.nature.latency), func() { w.register(e) })
		}
	}
}

// register makes an executor known to the listeners; now and then its first
// tasks start before.
func (w *world) register(e *worldExecutor) {
	if e.gone {
		return
	}
	e.registered = true
	if w.chance(100) {
		e.usable = true
		w.schedule()
	}
	if e.profile == 0 {
		w.say("add %d", e.id)
	} else {
		w.say("add %d profile=%d", e.id, e.profile)
	}
	w.after(w.time(w.nature.launch), func() {
		e.usable = true
		w.schedule()
	})
}

// leave is what the cluster does when the policy gives an executor back.
func (w *world) leave(e *worldExecutor) {
	if e.leaving || e.gone {
		return
	}
	e.leaving = true
	if !w.spec.Protection.Decommission {
		w.after(w.time(w.nature.lag), func() { w.lose(e, "killed") })
		return
	}
	w.after(w.time(w.nature.lag), func() {
		w.migrate(e)
		w.lose(e, one(w, "decommissioned", "decommissioned", "unfinished"))
	})
}

// migrate moves blocks of a decommissioned executor to others.
func (w *world) migrate(e *worldExecutor) {
	for _, s := range w.stages {
		for i, at := range s.outputs {
			if at != e.id || s.shuffle < 0 || !w.chance(w.nature.migrate) {
				continue
			}
			if to := w.anyone(func(e *worldExecutor) bool { return e.registered && !e.gone && !e.leaving }); to != nil {
				s.outputs[i] = to.id
				w.block(to, fmt.Sprintf("shuffle=%d disk", s.shuffle))
			}
		}
	}
}

// block tells of a block on an executor.
func (w *world) block(e *worldExecutor, what string) {
	if e.leaving || e.gone {
		what += " inactive"
	}
	w.say("block %d %s", e.id, what)
}

// cache leaves a block of the task's stage in the executor's cache.
func (w *world) cache(t *worldTask) {
	s, e := t.attempt.stage, t.executor
	if s.cached < 0 || !w.chance(w.nature.cache) {
		return
	}
	name := fmt.Sprintf("%d/%d", s.cached, t.attempt.partitions[t.index])
	e.blocks = append(e.blocks, name)
	where := "rdd=" + name + " " + one(w, "memory", "memory", "disk", "memory disk")
	w.block(e, where)
	if w.chance(200) { // a replica, later, on an executor that may be idle
		w.after(w.time(3000), func() {
			if to := w.anyone(func(e *worldExecutor) bool { return e.registered }); to != nil {
				w.block(to, where)
			}
		})
	}
	if w.chance(100) {
		w.block(e, "memory") // a broadcast
	}
	if w.chance(w.nature.evict) {
		w.after(w.time(4000), func() {
			if i := slices.Index(e.blocks, name); i >= 0 {
				e.blocks = slices.Delete(e.blocks, i, i+1)
				w.block(e, "rdd="+name)
			}
		})
	}
}

func (w *world) unpersist() {
	s := w.anyStage(func(s *worldStage) bool { return s.cached >= 0 })
	if s != nil {
		w.say("unpersist %d", s.cached)
	}
}

// lose takes an executor away, with its tasks and what it held.
func (w *world) lose(e *worldExecutor, as string) {
	if e.gone {
		return
	}
	first := w.chance(500)
	e.gone = true
	if first {
		w.goneEvent(e, as)
	}
	for _, t := range slices.Clone(e.running) {
		w.release(t)
		w.ended(t, "failed")
	}
	service := w.spec.Protection.Service
	for _, s := range w.stages {
		if service && !(w.spec.Protection.Decommission && e.leaving) {
			break
		}
		for i, at := range s.outputs {
			if at != e.id {
				continue
			}
			if a := s.attempt; s.shuffle >= 0 && a != nil {
				if index := slices.Index(a.partitions, i); index >= 0 && a.state[index] == taskDone {
					a.state[index] = taskPending
					w.say("end %d.%d tasks=%d on=%d as=resubmitted", s.id, a.number, index, e.id)
					s.outputs[i] = -1
				}
			}
			if s.shuffle >= 0 && !service {
				s.outputs[i] = -1
			}
		}
	}
	if !first {
		w.goneEvent(e, as)
	}
	w.after(0, w.grant)
	w.after(0, w.schedule)
}

func (w *world) goneEvent(e *worldExecutor, as string) {
	if !e.registered {
		return
	}
	line := fmt.Sprint("gone ", e.id)
	if as != "" {
		line += " as=" + as
	}
	w.say("%s", line)
	if w.chance(50) { // a second message: its connection closed, too
		w.after(w.time(1000), func() { w.say("gone %d", e.id) })
	}
}

// restart is a new application master: executors are lost, the manager is reset.
func (w *world) restart() {
	before := w.chance(500)
	if before {
		w.say("reset")
	}
	for _, e := range slices.Clone(w.executors) {
		w.lose(e, "")
	}
	if !before {
		w.say("reset")
	}
	for i := range w.asked {
		if w.script.policy.targets()[i].known {
			w.asked[i] = w.script.policy.targets()[i].n
		}
	}
}
