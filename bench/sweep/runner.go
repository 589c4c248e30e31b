package sweep

import (
	"context"
	"fmt"
	"runtime/debug"

	"dynalloc/bench"
	"dynalloc/replay"
)

// A Runner computes the results of cells of a plan. Several cells may run at the same time.
type Runner struct {
	Keys
	Prepared *bench.Prepared
	variants variants
}

// NewRunner prepares what all cells share: the applications that can be replayed under the
// suite's policies, and their deadlines. k are the keys of the suite.
func NewRunner(ctx context.Context, k Keys, s *bench.Suite, o bench.Options) (*Runner, error) {
	s.Config.Seed = referenceSeed
	prepared, err := s.Prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	for i := range k.Plan.policyCount() {
		policy, err := k.Plan.policy(i)
		if err == nil {
			err = s.Config.Cluster.Refuses(policy.Fleet)
		}
		if err != nil {
			text, _ := k.Plan.policyText(i)
			return nil, fmt.Errorf("policy %s: %w", text, err)
		}
	}
	r := &Runner{Keys: k, Prepared: prepared}
	r.variants = variants{base: prepared, kept: map[variant]*keptVariant{}}
	return r, nil
}

// referenceSeed keys the replays of each application alone, from which deadlines follow: all
// cells have the same deadlines, whatever their seed.
const referenceSeed = 1

// Run replays a cell and returns its result line, without the end of the line. An error
// names the cell, and so does a panic of the replay.
func (r *Runner) Run(number int, watch replay.Watch) (line []byte, err error) {
	c := r.Plan.Cell(number)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v: the program failed: %v\n%s", c, p, debug.Stack())
		}
	}()
	policy, err := r.Plan.policy(c.policy)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	prepared, done, err := r.variants.use(c.variant())
	defer done()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	outcome, err := prepared.Replay(policy.Fleet, watch)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", c, err)
	}
	return r.line(&c, &policy, prepared, outcome), nil
}
