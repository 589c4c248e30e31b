package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
)

// The clock of a decommissioned executor (CoarseGrainedExecutorBackend and
// BlockManagerDecommissioner): it looks each second whether it may exit, and it
// moves its blocks in rounds half a minute apart. The first round always
// reports that blocks are left, so an executor with anything to move goes at
// the first look after the second round.
const (
	exitPoll       = time.Second
	migrationRound = 30 * time.Second
	// exitNotice is the time from the executor's exit until the driver knows;
	// measured 50 to 100 ms on standalone clusters of Spark 4.1.
	exitNotice = 70 * time.Millisecond
)

// decommission has an executor finish its tasks, move its blocks and go.
// Unlike a kill it is not refused where tasks run.
func (a *application) decommission(x *executor) {
	e := a.engine
	x.settle(e.now, a.profiles[x.profile].taskCPUs)
	x.state = decommissioning
	x.leaves = e.now
	a.unlist(x.id)
	exit := e.now + exitPoll
	if peers := a.peers(x.id); a.migrates && len(peers) > 0 && a.stores(x.id) {
		exit = e.now + migrationRound + exitPoll
		a.migrate(x.id, peers)
	}
	e.queue.push(scheduled{at: exit, app: a.index, a: int32(x.id)}, executorLeaves, executorLooks)
}

// look is the moment at which a decommissioned executor goes, if no task runs
// on it any more.
func (a *application) look(id policies.ExecutorID) {
	e, x := a.engine, &a.executors[id]
	if x.running() > 0 {
		again := exitPoll
		if a.migrates && a.stores(id) {
			again = migrationRound // blocks must move in a round that begins after the last task
		}
		e.queue.push(scheduled{at: e.now + again, app: a.index, a: int32(id)}, executorLeaves, executorLooks)
		return
	}
	a.release(x)
	x.state = leaving
	e.queue.push(scheduled{at: e.now + exitNotice, app: a.index, a: int32(id)}, executorLeaves, executorIsGone)
}

// peers are the executors that could take the blocks of a decommissioned one.
func (a *application) peers(but policies.ExecutorID) []policies.ExecutorID {
	return slices.DeleteFunc(slices.Clone(a.lively), func(id policies.ExecutorID) bool { return id == but })
}

// stores says whether an executor has blocks that it would have to move.
func (a *application) stores(id policies.ExecutorID) bool {
	for i := range a.stages {
		if a.app.Stages[i].Map && slices.Contains(a.stages[i].where, id) {
			return true
		}
	}
	return slices.Contains(a.blocks, id)
}

// migrate moves the shuffle files and cached blocks of an executor to its
// peers, at random (in turn, where executors are offered in order), as Spark's
// first round does.
func (a *application) migrate(id policies.ExecutorID, peers []policies.ExecutorID) {
	a.moves++
	g := random(a.engine.config.Seed, migrationStream, a.index, a.moves)
	turn := 0
	next := func() policies.ExecutorID {
		if a.engine.config.Offers == Ordered {
			turn++
			return peers[turn%len(peers)]
		}
		return peers[below(g, len(peers))]
	}
	for i := range a.stages {
		if !a.app.Stages[i].Map {
			continue
		}
		for p, at := range a.stages[i].where {
			if at != id {
				continue
			}
			peer := next()
			a.stages[i].where[p] = peer
			a.event = policies.Event{Kind: policies.BlockUpdated, Executor: peer, RDD: -1, Partition: p, Shuffle: i, Disk: true}
			a.observe()
		}
	}
	for block, at := range a.blocks {
		if at == id {
			a.blocks[block] = next()
		}
	}
}
