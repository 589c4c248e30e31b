package bench_test

import (
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/builtin"
	"dynalloc/bench/metrics"
	"dynalloc/replay"
)

// BenchmarkPolicy replays the built-in working day under each built-in policy. It
// reports the time of a replay and four metrics of the policy: the share of missed
// deadlines, the mean queue wait, the utilization (held) and the executor-hours.
// benchstat -col /policy shows the policies in columns.
func BenchmarkPolicy(b *testing.B) {
	suite, err := builtin.Day()
	if err != nil {
		b.Fatal(err)
	}
	results := Run(b, suite, bench.Options{})
	w := results.Suite.Workload
	for i := range results.Runs {
		outcome := &results.Runs[i]
		b.Run("policy="+outcome.Policy.Name, func(b *testing.B) {
			for b.Loop() {
				timeline, meter := metrics.NewTimeline(w), metrics.NewMeter(w, suite.Config.Cluster.Capacity(), 0)
				if _, err := replay.Run(w, outcome.Policy, suite.Config, timeline, meter); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(outcome.All.Value("sla_miss_share"), "miss-%")
			b.ReportMetric(outcome.All.Value("queue_wait_mean"), "wait-s")
			b.ReportMetric(outcome.All.Value("utilization_held"), "util-%")
			b.ReportMetric(outcome.All.Value("executor_hours_held"), "exec-hours")
		})
	}
}
