package replay

import "dynalloc/policies"

// A driver's garbage collection is what makes Spark's cleaner drop shuffles
// that nothing refers to any more. Heap pressure may bring one at any time; a
// periodic one comes every spark.cleaner.periodicGC.interval. Executors that
// only wait for it are given back then. It matters only where shuffle files
// hold executors, so it is played only there.

// awaitGarbageCollection schedules the next periodic collection.
func (a *application) awaitGarbageCollection() {
	if a.tracksShuffle && a.engine.config.Times.GC > 0 {
		a.engine.queue.push(scheduled{at: a.engine.now + a.engine.config.Times.GC, app: a.index}, becomesReady, garbageIsCollected)
	}
}

// collectGarbage drops the shuffles that are dead. Nothing in a log says when
// the last reference to one goes; here it is when the last job has ended that
// lists it.
func (a *application) collectGarbage() {
	for stage := range a.stages {
		s := &a.stages[stage]
		if a.app.Stages[stage].Map && s.where != nil && !s.cleaned && s.listing == 0 {
			s.cleaned = true
			a.event = policies.Event{Kind: policies.ShuffleCleaned, Shuffle: stage}
			a.observe()
		}
	}
	a.awaitGarbageCollection()
}
