package bench

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Options are how a suite is run; they do not change what it gives.
type Options struct {
	Parallel int                   // replays at a time; 0: one for each processor
	Progress func(done, total int) // told of each finished replay, one call at a time; may be nil
}

// Each calls do with every number below n, Parallel at a time, and reports
// progress after each call. It returns the first error; an error, and the end of
// ctx, stop it between calls.
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
