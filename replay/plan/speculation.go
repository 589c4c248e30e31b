package plan

import (
	"time"

	"dynalloc/policies"
	"dynalloc/traces"
)

// Speculation is the settings of spark.speculation for an application
// (TaskSetManager.checkSpeculatableTasks).
type Speculation struct {
	On            bool
	Quantile      float64       // share of tasks that must have succeeded
	Multiplier    float64       // how much slower than the median is slow
	MinRuntime    time.Duration // spark.speculation.minTaskRuntime
	Efficiency    bool          // a copy also needs a low data rate or a very long run
	LongRunFactor float64       // how much longer than slow is very long
}

// SpeculationOf reads the settings from an application's properties, with the
// defaults of its version.
func SpeculationOf(app *traces.Application, rules policies.Rules) Speculation {
	p, quantile, multiplier := app.Properties, 0.75, 1.5
	if rules.LateSpeculation {
		quantile, multiplier = 0.9, 3
	}
	return Speculation{
		On:            p.Bool("spark.speculation", false),
		Quantile:      p.Float("spark.speculation.quantile", quantile),
		Multiplier:    p.Float("spark.speculation.multiplier", multiplier),
		MinRuntime:    p.Duration("spark.speculation.minTaskRuntime", time.Millisecond, 100*time.Millisecond),
		Efficiency:    p.Bool("spark.speculation.efficiency.enabled", rules.EfficientSpeculation),
		LongRunFactor: p.Float("spark.speculation.efficiency.longRunTaskFactor", 2),
	}
}

// IsSlow reports whether a task that ran for a time is to get a copy; threshold is the
// time from which the stage's other tasks make it slow
// (TaskSetManager.checkAndSubmitSpeculatableTasks).
func (s *Speculation) IsSlow(ran, threshold time.Duration, reads bool) bool {
	return ran > threshold && (!s.Efficiency || reads || float64(ran) > s.LongRunFactor*float64(threshold))
}
