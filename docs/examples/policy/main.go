// Command headroom shows how a program outside of this module adds a policy to
// dynalloc: it registers the policy's row, compares it with the settings of a
// recorded fleet, and lists for which classes the advice judged it.
//
//	cd docs/examples/policy && go mod tidy && go run .
package main

import (
	"context"
	"fmt"
	"log"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/decide"
	"dynalloc/policies"
)

func main() {
	policies.Register(&kind)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	suite, err := builtin.Fleet()
	if err != nil {
		return err
	}
	suite.Config.Horizon = bench.Horizon(suite.Workload)
	fleet, err := policies.ParseFleet("headroom,spare=1,idle=5s")
	if err != nil {
		return err
	}
	suite.Policies, suite.Truth = []policies.Fleet{bench.RecordedFleet(), fleet}, nil
	compared, err := bench.Run(ctx, suite, bench.Options{})
	if err != nil {
		return err
	}
	for _, row := range compared.Rows("") {
		fmt.Printf("%-24s %.2f executor-hours\n", row.Policy, row.Value("executor_hours_held"))
	}
	advice, err := decide.Decide(ctx, decide.Question{Suite: suite, MissRate: decide.DefaultMissRate, MaxSlowdown: decide.DefaultMaxSlowdown, Policies: []policies.Spec{fleet.Rules[0].Spec}}, bench.Options{})
	if err != nil {
		return err
	}
	for _, class := range advice.Classes {
		for _, e := range class.Candidates {
			if e.Policy.Kind == &kind {
				fmt.Printf("advise judged %s for %s\n", e.Policy, class.Class)
			}
		}
	}
	return nil
}
