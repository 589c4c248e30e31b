package bench

import (
	"context"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dynalloc/policies"
	"dynalloc/replay"
)

// Options control how a suite is run. They do not change its results.
type Options struct {
	Parallel int            // replays at a time; 0: one for each processor
	Progress func(Progress) // called during each replay and after it, one call at a time; may be nil
	// Took is called with how long the replay of each policy took, by several goroutines; may be
	// nil.
	Took func(policy string, took time.Duration)
	// Observe returns observers for the replay of one of the suite's policies; may be nil.
	// Replays run in parallel, so Observe is called from several goroutines, and an
	// observer that is used for several replays must synchronize access to its state.
	Observe func(policies.Fleet) []replay.Observer
}

// Timed tells Took what passes until done is called.
func (o Options) Timed(policy string) (done func()) {
	began := time.Now()
	return func() {
		if o.Took != nil {
			o.Took(policy, time.Since(began))
		}
	}
}

// A Progress is how far many replays are.
type Progress struct {
	Done  float64 // replays that are done, and the parts done of those that run
	Total int     // replays in all
	Tasks int64   // tasks that have started in these replays
}

// part is the options of a part of all replays, after those that are done so far.
func (o Options) part(sofar *Progress) Options {
	if report, before := o.Progress, *sofar; report != nil {
		o.Progress = func(now Progress) {
			*sofar = Progress{before.Done + now.Done, before.Total, before.Tasks + now.Tasks}
			report(*sofar)
		}
	}
	return o
}

// Each calls do with every number from 0 to n-1, up to Parallel calls at a time. The
// replays of a call take its watch: with it they end when ctx is cancelled, and progress is
// reported while they run. An error or the cancellation of ctx prevents further calls;
// Each returns the first error.
func (o Options) Each(ctx context.Context, n int, do func(i int, watch replay.Watch) error) error {
	parallel := o.Parallel
	if parallel <= 0 {
		parallel = runtime.GOMAXPROCS(0)
	}
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	t := tracker{report: o.Progress, progress: Progress{Total: n}}
	for i := range n {
		group.Go(func() error {
			if err := running.Err(); err != nil {
				return err
			}
			part := part{tracker: &t}
			err := do(i, func(started, tasks int) error {
				part.advance(started, tasks)
				return running.Err()
			})
			part.finish()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err() // the last replay may have ended because of it
}

// A tracker sums up the progress of all calls of Each.
type tracker struct {
	mu       sync.Mutex
	progress Progress
	report   func(Progress) // may be nil
}

func (t *tracker) add(done float64, tasks int) {
	if t.report == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.progress.Done += done
	t.progress.Tasks += int64(tasks)
	t.report(t.progress)
}

// A part is the progress of one call, which may do several replays one after another.
type part struct {
	*tracker
	done    float64 // up to 1
	started int     // tasks of the replay that runs
}

func (p *part) advance(started, tasks int) {
	if started < p.started { // of the next replay
		p.started = 0
	}
	more := max(0, min(1, float64(started)/float64(max(tasks, 1)))-p.done)
	p.add(more, started-p.started)
	p.done, p.started = p.done+more, started
}

func (p *part) finish() { p.add(1-p.done, 0) }
