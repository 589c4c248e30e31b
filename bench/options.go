package bench

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"dynalloc/policies"
	"dynalloc/replay"
)

// Options control how a suite is run. They do not change its results.
type Options struct {
	Parallel int                   // replays at a time; 0: one for each processor
	Progress func(done, total int) // called after each replay, one call at a time; may be nil
	// Observe returns observers for the replay of one of the suite's policies; may be nil.
	// Replays run in parallel, so Observe is called from several goroutines, and an
	// observer that is used for several replays must synchronize access to its state.
	Observe func(policies.Fleet) []replay.Observer
}

// part is the options of a part of all replays, after some that are done.
func (o Options) part(done, all int) Options {
	if report := o.Progress; report != nil {
		o.Progress = func(more, _ int) { report(done+more, all) }
	}
	return o
}

// Each calls do with every number from 0 to n-1, up to Parallel calls at a time, and
// reports progress after each. An error or the cancellation of ctx prevents further
// calls; Each returns the first error.
func (o Options) Each(ctx context.Context, n int, do func(i int) error) error {
	parallel := o.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	var mu sync.Mutex // Progress is called by one goroutine at a time
	done := 0
	for i := range n {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := do(i)
			if o.Progress != nil {
				mu.Lock()
				defer mu.Unlock()
				done++
				o.Progress(done, n)
			}
			return err
		})
	}
	return group.Wait()
}
