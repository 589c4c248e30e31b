package replay

import (
	"time"

	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/replay/random"
)

// draw is a time of a cause for one executor of an application: the same for the
// same seed, application and executor, whatever else is drawn. What tasks cost is
// not drawn but typical. Stages wait for the last of their tasks, so the spread in
// the recorded task times is there already, and more of it would make every stage
// longer.
func (a *application) draw(c latency.Cause, executor policies.ExecutorID, others int) time.Duration {
	d := &a.times.By[c]
	q := &d.Quantiles
	if q[0] == q[len(q)-1] {
		return d.Slowed(q[0], others)
	}
	u := random.Mix(random.Mix(a.engine.config.Seed, uint64(random.CauseStream)+uint64(c)), random.Mix(uint64(a.index)+1, uint64(executor)))
	return d.Slowed(q.Quantile(float64(float64(u>>11)/(1<<53))), others)
}
