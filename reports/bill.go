package reports

import (
	"fmt"
	"time"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
)

// bill is who pays for whom: a row for each class that a policy changes, as far
// as the change alone is felt by other classes.
func bill(r *bench.Results) table {
	t := table{
		head: []string{"policy", "class that changes", "its own\nmisses", "its own\nwait s", "others'\nmisses", "others'\nwait s", "felt most by", "misses", "wait s"},
		left: 2,
	}
	last := ""
	for _, x := range r.Externalities {
		if len(x.Effects) == 0 {
			continue
		}
		own, others, most := bench.Effect{}, bench.Effect{}, -1
		for c, class := range r.Classes {
			e := x.Effects[c]
			if class == x.Changed {
				own = e
				continue
			}
			others.Misses += e.Misses
			others.Wait += e.Wait
			others.Apps += e.Apps
			if most < 0 || heavier(e, x.Effects[most]) {
				most = c
			}
		}
		if most < 0 || others.Misses == 0 && each(others.Wait, others.Apps) == 0 && x.Effects[most].Misses == 0 {
			continue
		}
		name := x.Policy
		if name == last {
			name = ""
		} else if last != "" {
			t.breaks = append(t.breaks, len(t.rows))
		}
		last = x.Policy
		e := x.Effects[most]
		t.rows = append(t.rows, []string{
			name, x.Changed, change(own.Misses), eachText(own), change(others.Misses), eachText(others),
			r.Classes[most], change(e.Misses), eachText(e),
		})
	}
	return t
}

// heavier orders effects by misses, then by wait for each application, whatever
// their sign.
func heavier(x, y bench.Effect) bool {
	if a, b := abs(x.Misses), abs(y.Misses); a != b {
		return a > b
	}
	return each(x.Wait, x.Apps).Abs() > each(y.Wait, y.Apps).Abs()
}

// each is a time for each application, to a tenth of a second.
func each(d time.Duration, apps int) time.Duration {
	return (d / time.Duration(max(apps, 1))).Round(100 * time.Millisecond)
}

func eachText(e bench.Effect) string {
	return signed(each(e.Wait, e.Apps).Seconds(), metrics.Seconds)
}

// change is a difference of counts.
func change(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", n)
}

// faults is what the faults of a run cost under each policy.
func faults(r *bench.Results) table {
	t := table{
		head: []string{"policy", "SLA\nmisses", "failed", "turnaround\nmean s", "exec-h\nheld", "executors\nlost", "of those\npreempted", "tasks\nrun again", "task-s\nthrown away"},
		left: 1,
	}
	for _, c := range r.FaultCosts {
		n := time.Duration(max(len(r.Suite.Workload.Apps), 1))
		t.rows = append(t.rows, []string{
			c.Policy, change(c.Misses), change(c.Failed), signed((c.Turnaround / n).Seconds(), metrics.Seconds),
			signed(c.Executors.Hours(), metrics.ExecutorHours), change(c.Lost), change(c.Preempted), change(c.Rerun),
			signed(c.Discarded.Seconds(), metrics.TaskSeconds),
		})
	}
	return t
}
