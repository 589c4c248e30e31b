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
	Plan     *Plan
	Prepared *bench.Prepared
	inputs   string
	variants variants
}

// NewRunner prepares what all cells of a plan share: the applications that can be replayed
// under the suite's policies, and their deadlines.
func NewRunner(ctx context.Context, p *Plan, s *bench.Suite, o bench.Options) (*Runner, error) {
	s.Config.Seed = referenceSeed
	prepared, err := s.Prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	for i := range p.policyCount() {
		text, _ := p.policyText(i)
		policy, err := p.parse(text)
		if err == nil {
			err = s.Config.Cluster.Refuses(policy.Fleet)
		}
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", text, err)
		}
	}
	r := &Runner{Plan: p, Prepared: prepared, inputs: inputsHash(s)}
	r.variants = variants{base: prepared, kept: map[variant]*keptVariant{}}
	return r, nil
}

// referenceSeed keys the replays of each application alone, from which deadlines follow: all
// cells have the same deadlines, whatever their seed.
const referenceSeed = 1

// Key is the key of a cell's result.
func (r *Runner) Key(c *Cell) (string, error) {
	policy, err := r.Plan.parse(c.Policy)
	if err != nil {
		return "", err
	}
	return key(r.inputs, c, &policy), nil
}

// Run replays a cell and returns its result line, without the end of the line. An error
// names the cell, and so does a panic of the replay.
func (r *Runner) Run(number int, watch replay.Watch) (line []byte, err error) {
	c := r.Plan.Cell(number)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v: the program failed: %v\n%s", c, p, debug.Stack())
		}
	}()
	policy, err := r.Plan.parse(c.Policy)
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
