package bench

import "testing"

// BenchmarkPolicy replays the built-in working day under each built-in policy
// and reports, beside the time that takes, how well the policy does: share of
// missed deadlines, mean queue wait, cluster utilization (held), executor-hours.
// benchstat -col /policy lays the policies out side by side.
func BenchmarkPolicy(b *testing.B) {
	suite, err := BuiltinDay()
	if err != nil {
		b.Fatal(err)
	}
	for _, policy := range suite.Policies {
		single := *suite
		single.Policies = append(single.Policies[:0:0], policy)
		b.Run("policy="+policy.Name, func(b *testing.B) {
			results := newResults(&single)
			for b.Loop() {
				if err := results.replay(0); err != nil {
					b.Fatal(err)
				}
			}
			for i, a := range single.Workload.Apps {
				if k := single.Deadlines.Find(a); k >= 0 {
					results.Reference[i].Deadline, results.Reference[i].HasDeadline = single.Deadlines[k].Within, true
				}
			}
			run := &results.Runs[0]
			results.measure(run)
			b.ReportMetric(run.All.Value("sla_miss_share"), "miss-%")
			b.ReportMetric(run.All.Value("queue_wait_mean"), "wait-s")
			b.ReportMetric(run.All.Value("utilization_held"), "util-%")
			b.ReportMetric(run.All.Value("executor_hours_held"), "exec-hours")
		})
	}
}
