package replay

import (
	"slices"
	"time"

	"dynalloc/policies"
	"dynalloc/replay/random"
)

// A decommissioned executor acts in intervals (CoarseGrainedExecutorBackend.
// decommissionSelf, BlockManagerDecommissioner). Each second it checks whether it may
// exit. Every 30 s a migration round asks the driver for peers and sends them the
// blocks that are left. A check sees the blocks that were left before the last round,
// so an executor that had blocks to move exits at the first check after its second
// round, or later. An executor without peers stops migrating and exits at the next
// check.
const (
	exitPoll       = time.Second
	migrationRound = 30 * time.Second
	// blockMove is the time to move one block to a peer. In a recording of Spark 4.1 half
	// of twenty small blocks had moved after 0.2 to 0.3 s.
	blockMove = 200 * time.Millisecond
	// blockMovers is the number of peers that receive blocks of an executor at the same
	// time (spark.storage.decommission.shuffleBlocks.maxThreads).
	blockMovers = 8
	// exitNotice is the time from the executor's exit until the driver knows;
	// measured 50 to 100 ms on standalone clusters of Spark 4.1.
	exitNotice = 70 * time.Millisecond
)

// decommission lets an executor finish its tasks, move its blocks and exit. Unlike a
// kill it is not refused where tasks run.
func (a *application) decommission(x *executor) {
	e := a.engine
	a.path.executorLeaving(x)
	x.state = decommissioning
	x.leaves = e.now
	a.unlist(x)
	if !a.startMigrationRound(x.id) {
		a.after(exitPoll, exitIsChecked, int32(x.id))
	}
}

// startMigrationRound begins a round of migration, if the executor has blocks to
// move and peers that take them.
func (a *application) startMigrationRound(id policies.ExecutorID) bool {
	x := &a.executors[id]
	if !a.settings.Migrates || !a.hasBlocks(id) {
		return false
	}
	if x.peers = a.peers(); len(x.peers) == 0 {
		return false
	}
	a.after(blockMove, blocksArrive, int32(id))
	a.after(migrationRound+exitPoll, exitIsChecked, int32(id))
	return true
}

// exitIfDone is a check of a decommissioned executor: it exits if no task runs on
// it and nothing is left that it could move.
func (a *application) exitIfDone(id policies.ExecutorID) {
	x := &a.executors[id]
	switch {
	case x.state != decommissioning: // it was lost before it could exit
	case a.startMigrationRound(id):
	case x.running() > 0:
		a.after(exitPoll, exitIsChecked, int32(id))
	default:
		a.release(x)
		x.state = leaving
		a.after(exitNotice, executorIsGone, int32(id))
	}
}

// peers are the executors that could take blocks, in random order, or in the order
// of their ids where Config.Offers is Ordered.
func (a *application) peers() []policies.ExecutorID {
	peers := slices.DeleteFunc(slices.Clone(a.schedulable), func(id policies.ExecutorID) bool { return id == nowhere })
	slices.Sort(peers)
	if a.engine.config.Offers == Ordered {
		return peers
	}
	a.migrations++
	random.Shuffle(peers, random.New(a.engine.config.Seed, random.MigrationStream, a.index, a.migrations))
	return peers
}

// hasBlocks reports whether an executor has blocks to move.
func (a *application) hasBlocks(id policies.ExecutorID) bool {
	for i := range a.stages {
		if a.app.Stages[i].Map && slices.Contains(a.stages[i].where, id) {
			return true
		}
	}
	return slices.Contains(a.blocks, id)
}

// migrate is the arrival of shuffle files and cached blocks of an executor at
// its peers, one at each. Peers that are being decommissioned themselves by
// now take nothing.
func (a *application) migrate(id policies.ExecutorID) {
	x := &a.executors[id]
	if x.state != decommissioning {
		return
	}
	x.peers = slices.DeleteFunc(x.peers, func(p policies.ExecutorID) bool { return a.executors[p].state != live })
	moved := 0
	for i := range a.stages {
		if !a.app.Stages[i].Map {
			continue
		}
		for p, at := range a.stages[i].where {
			if moved == min(len(x.peers), blockMovers) {
				break
			}
			if at != id {
				continue
			}
			peer := x.peers[moved]
			moved++
			a.stages[i].where[p] = peer
			a.observe(policies.Event{Kind: policies.BlockUpdated, Executor: peer, RDD: -1, Partition: p, Shuffle: i, Disk: true})
		}
	}
	for block, at := range a.blocks {
		if at == id && len(x.peers) > 0 {
			a.blocks[block] = x.peers[block%len(x.peers)]
		}
	}
	if moved > 0 && a.hasBlocks(id) {
		a.after(blockMove, blocksArrive, int32(id))
	}
}
