package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Options are how a suite is run; they do not change what it gives.
type Options struct {
	Parallel int                   // replays at a time; 0: one for each processor
	Progress func(done, total int) // told of each finished replay, one call at a time; may be nil
}

// Run replays the suite. A replay that fails fails the suite: a comparison with
// a hole in it is none. Cancelling ctx stops it between replays.
func Run(ctx context.Context, s *Suite, o Options) (*Results, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	r := newResults(s)
	same, firsts := distinct(s.Workload)
	alone := make([]time.Duration, len(s.Workload.Apps))

	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.parallel())
	progress := counter{total: len(s.Policies) + len(firsts), tell: o.Progress}
	for i, policy := range s.Policies {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			defer progress.step()
			return r.replay(i, policy)
		})
	}
	for _, i := range firsts {
		group.Go(func() (err error) {
			if err := ctx.Err(); err != nil {
				return err
			}
			defer progress.step()
			alone[i], err = s.alone(s.Workload.Apps[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}

	for i, a := range s.Workload.Apps {
		r.Reference[i] = s.reference(a, alone[same[i]])
	}
	for i := range r.Runs {
		r.measure(&r.Runs[i])
	}
	r.Notes = append(slices.Clone(s.Workload.Notes), s.Deadlines.notes(s.Workload)...)
	for _, t := range s.Truth {
		recording, notes := r.recording(t)
		r.Truth = append(r.Truth, recording)
		r.Notes = append(r.Notes, notes...)
	}
	return r, nil
}

// newResults has room for what the suite will give.
func newResults(s *Suite) *Results {
	return &Results{
		Suite: s, Classes: classes(s.Workload), Reference: make([]Reference, len(s.Workload.Apps)),
		Runs: make([]Outcome, len(s.Policies)), DeadlineBasis: s.Deadlines.basis(),
	}
}

// replay runs one policy.
func (r *Results) replay(i int, policy policies.Fleet) error {
	timeline := NewTimeline(r.Suite.Workload, r.Classes)
	result, err := replay.Run(r.Suite.Workload, policy, r.Suite.Config, timeline)
	if err != nil {
		return fmt.Errorf("policy %s: %w", policy.Name, err)
	}
	timeline.finish(result.End)
	r.Runs[i] = Outcome{Policy: policy, Result: result, Timeline: timeline}
	return nil
}

// measure computes the metrics of one replay, over all and by class.
func (r *Results) measure(run *Outcome) {
	apps := r.Suite.Workload.Apps
	all := Group{Capacity: r.Suite.Config.Cluster.Capacity(), Window: window(apps, run.Result), Apps: make([]App, len(apps))}
	for i := range run.Result.Apps {
		all.Apps[i] = replayed(&run.Result.Apps[i], &r.Reference[i])
	}
	run.All = all.row(run.Policy.Name, "", false)
	run.ByClass = make([]Row, len(r.Classes))
	for c, class := range r.Classes {
		group := Group{Capacity: all.Capacity, Window: all.Window}
		for i, a := range apps {
			if a.Class == class {
				group.Apps = append(group.Apps, all.Apps[i])
			}
		}
		run.ByClass[c] = group.row(run.Policy.Name, class, false)
	}
}

// window is the time from the first submission to the last end.
func window(apps []*traces.Application, result *replay.Result) time.Duration {
	last := time.Duration(0)
	for i := range result.Apps {
		last = max(last, result.Apps[i].End)
	}
	return last - apps[0].Submit
}

func (s *Suite) check() error {
	switch {
	case s.Workload == nil || len(s.Workload.Apps) == 0:
		return errors.New("nothing to compare: the workload has no applications")
	case len(s.Policies) == 0:
		return errors.New("nothing to compare: no policy is given")
	}
	seen := make(map[string]bool)
	for _, p := range s.Policies {
		if seen[p.Name] {
			return fmt.Errorf("two policies are called %s: give one of them another name", p.Name)
		}
		seen[p.Name] = true
	}
	for _, t := range s.Truth {
		if !seen[t.Policy] {
			return fmt.Errorf("recorded truth is given for policy %s, which is not compared", t.Policy)
		}
	}
	return nil
}

func (o Options) parallel() int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	return runtime.GOMAXPROCS(0)
}

// classes lists the workload's classes, sorted.
func classes(w *traces.Workload) []string {
	var list []string
	for _, a := range w.Apps {
		list = append(list, a.Class)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// counter tells how many replays are done.
type counter struct {
	mu    sync.Mutex
	done  int
	total int
	tell  func(done, total int)
}

func (c *counter) step() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done++
	if c.tell != nil {
		c.tell(c.done, c.total)
	}
}
