package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/latency"
	"dynalloc/replay/lists"
)

// RequestTotal sends the policy's targets to the manager. It always succeeds, because
// the policy starts after the driver has registered.
func (a *application) RequestTotal(targets []policies.Target) bool {
	e := a.engine
	a.updateWait()
	for _, t := range targets {
		p := &a.profiles[t.Profile]
		if p.asked == t.N {
			continue
		}
		p.requests.Change(t.N-p.asked, e.now)
		a.path.targetChanged(&t, p.asked)
		p.asked = t.N
		e.emit(Event{Kind: TargetChanged, App: a.index, N: int32(a.wanted()), Why: t.Why})
		a.toManager(manager.Event{Kind: manager.TotalAsked, Profile: t.Profile, Total: t.N})
	}
	if a.result.Asked < 0 && a.wanted() > 0 {
		a.result.Asked = e.now
		a.wantsExecutor()
	}
	return true
}

// wantsExecutor is the application having use for an executor.
func (a *application) wantsExecutor() {
	if a.result.Wanted < 0 {
		a.result.Wanted = a.engine.now
	}
}

// wanted is the total number of executors that the application wants.
func (a *application) wanted() int {
	n := 0
	for i := range a.profiles {
		n += a.profiles[i].asked
	}
	return n
}

// updateWait adds the executor wait up to now. It must be called before the number of
// executors requested or held changes.
func (a *application) updateWait() {
	now := a.engine.now
	wanted := a.wanted()
	if p := &a.profiles[0]; a.settings.CoresMax > 0 && p.Cores > 0 {
		wanted = min(wanted, a.settings.CoresMax/int(p.Cores))
	}
	if missing := wanted - a.held; missing > 0 {
		a.result.Wait.Add(now-a.waitedTo, int64(missing))
	}
	a.waitedTo = now
}

// Remove gives executors back and returns those that it accepted. A kill is refused
// where tasks run; the manager frees the cores at once, and the driver learns only
// later that the executor is gone. A decommission is not refused, and the cores are
// free when the executor has finished its tasks.
func (a *application) Remove(removals []policies.Removal) []policies.ExecutorID {
	a.removed = a.removed[:0]
	for _, r := range removals {
		if r.Executor < 0 || int(r.Executor) >= len(a.executors) {
			continue
		}
		x := &a.executors[r.Executor]
		if x.state != live && x.state != added || x.running() > 0 && !a.settings.Decommissions {
			continue
		}
		a.emitRelease(x, r.Why)
		a.removed = append(a.removed, x.id)
		if !a.settings.Decommissions {
			a.release(x)
			x.state = leaving
			a.after(a.removalLag(x.id), executorIsGone, int32(x.id))
		}
	}
	if a.settings.Decommissions {
		for _, id := range a.removed {
			a.unlist(&a.executors[id]) // so that none of them becomes a peer of another
		}
		for _, id := range a.removed {
			a.decommission(&a.executors[id])
		}
	}
	return a.removed
}

func (a *application) emitRelease(x *executor, why policies.Reason) {
	a.engine.emit(Event{Kind: ExecutorReleased, App: a.index, Executor: x.id, Node: x.node, Why: why})
	a.result.Removals++
}

// release frees an executor's resources for other applications and closes the account
// of its time.
func (a *application) release(x *executor) {
	e := a.engine
	a.updateWait()
	p := &a.profiles[x.profile]
	p.granted--
	a.held--
	a.coresHeld -= int(x.cores)
	if x.usable < 0 {
		e.hosts[x.node].Starting--
	}
	a.result.Ledger.Add(x.close(e.now, p))
	a.path.executorReleased(x)
	a.unlist(x)
	e.emit(Event{Kind: ExecutorFreed, App: a.index, Executor: x.id, Node: x.node, N: x.cores})
	e.managerDirty = true
	if !x.nodeLost { // otherwise the manager removed it with its node
		a.toManager(manager.Event{Kind: manager.ExecutorExited, Container: x.container})
	}
}

// executorGone handles the time at which the driver learns that an executor is gone. If
// the driver had given it back, Spark posts ExecutorRemoved first and the consequences
// after it; if it crashed, Spark posts the ends of its tasks first.
func (a *application) executorGone(id policies.ExecutorID) {
	x := &a.executors[id]
	x.state = gone
	loss := policies.KilledByDriver
	switch {
	case x.crashed:
		loss = policies.Lost
		a.lose(x, false)
	case a.settings.Decommissions:
		loss = policies.Decommissioned
	}
	a.engine.emit(Event{Kind: ExecutorRemoved, App: a.index, Executor: id})
	a.observe(policies.Event{Kind: policies.ExecutorRemoved, Executor: id, Loss: loss})
	if !x.crashed {
		a.lose(x, a.settings.Decommissions)
	}
}

// grant adds an executor that the manager granted; it registers after its start-up.
func (a *application) grant(g manager.Action) {
	e := a.engine
	profileIndex, node, cores := int32(g.Profile), int32(g.Node), int32(g.Cores)
	a.updateWait()
	p := &a.profiles[profileIndex]
	p.granted++
	a.held++
	a.coresHeld += int(cores)
	a.result.Grants++
	a.result.Peak = max(a.result.Peak, a.held)
	if a.result.Granted < 0 {
		a.result.Granted = e.now
	}
	id := policies.ExecutorID(len(a.executors))
	slots := p.Slots(cores)
	if !a.counts(int(slots)) {
		return
	}
	var x *executor
	a.executors, x = lists.Extended(a.executors)
	x.history.Begin(slots)
	*x = executor{
		id: id, container: g.Container, profile: profileIndex, node: node, cores: cores, slots: slots, free: slots, taskCPUs: p.TaskCPUs, granted: e.now, usable: -1, leaves: -1, place: -1, freePlace: -1,
		history: x.history, tasks: x.tasks[:0],
	}
	granted := Event{Kind: ExecutorGranted, App: a.index, Executor: id, Node: node, N: cores}
	a.path.executorGranted(&granted, g.Profile)
	e.emit(granted)
	e.hosts[node].Starting++
	if startup, shared := a.startup(id, p.requests.Answer()); shared {
		e.beginStartup(a, id, node, startup)
	} else {
		a.after(startup, executorIsAdded, int32(id))
	}
}

// startup returns the time until an executor that is granted now registers, and whether
// it is processor time, which executors starting on one node share.
func (a *application) startup(id policies.ExecutorID, asked time.Duration) (took time.Duration, shared bool) {
	c := &a.engine.config
	if a.settings.Local {
		return 0, false
	}
	if int(a.index) < len(c.Startups) && len(c.Startups[a.index]) > 0 {
		return max(0, latency.Registration(c.Startups[a.index], int(id), asked, a.engine.now, a.began+a.app.EarlierAttempts, c.Times.By[latency.Startup].Quantiles.Median())-a.engine.now), false
	}
	if c.Cluster.Startup >= 0 {
		return c.Cluster.Startup, false
	}
	return a.draw(latency.Startup, id, 0), c.Times.Processors > 0
}

// executorAdded is the registration of an executor. Its idle timeout starts now,
// although it takes tasks only when it has finished starting.
func (a *application) executorAdded(id policies.ExecutorID) {
	e, x := a.engine, &a.executors[id]
	if x.state != starting || x.crashed {
		return // it was lost before
	}
	x.state = added
	if a.result.Registered < 0 {
		a.result.Registered = e.now
	}
	e.emit(Event{Kind: ExecutorAdded, App: a.index, Executor: id, Node: x.node})
	a.observe(policies.Event{Kind: policies.ExecutorAdded, Executor: id, Profile: int(x.profile)})
	usable := a.draw(latency.Usable, id, e.hosts[x.node].StartingAt(e.now)-1)
	if usable == 0 { // it becomes usable in this instant, before tasks are placed
		a.executorUsable(id)
	} else {
		a.after(usable, executorIsUsable, int32(id))
	}
}

// executorUsable is an executor that takes tasks from now on.
func (a *application) executorUsable(id policies.ExecutorID) {
	e, x := a.engine, &a.executors[id]
	if x.state != added || x.crashed {
		return // it was given back before it was usable
	}
	x.state = live
	x.usable = e.now
	a.path.executorUsable(x)
	e.hosts[x.node].Usable(e.now)
	a.list(x)
	a.freed = append(a.freed, id)
	a.schedulePlacement()
	e.emit(Event{Kind: ExecutorUsable, App: a.index, Executor: id})
}
