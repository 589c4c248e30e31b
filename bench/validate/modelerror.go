package validate

import "math"

// A ModelError is the error of a predicted ratio of two policies, as a standard
// deviation of its logarithm. It is the part of the error that no number of
// replicas makes smaller.
type ModelError struct {
	Time      float64 // of application time
	Executors float64 // of executor-seconds
}

// Measured is the model's error on the recordings of real Spark in
// bench/testdata/recordings whose tasks do not compute: from each recording all
// pairs of configurations were predicted, with start-up times as recorded, and
// compared with the real ones. It does not contain the error of start-up times, for
// which replicas are shaken, nor that of decommissioning, which the replay models
// less exactly (docs/VALIDATION.md). docs/STATISTICS.md has the figures, and a
// test measures them again.
var Measured = ModelError{Time: 0.0145, Executors: 0.036}

// MeasuredComputing is the same for tasks that compute, in SQL. The only
// recordings of such work are of executors that shared two processors.
var MeasuredComputing = ModelError{Time: 0.22, Executors: 0.24}

// Max is the larger of two errors in each figure; NaN counts as none.
func (e ModelError) Max(o ModelError) ModelError {
	larger := func(x, y float64) float64 {
		if math.IsNaN(y) {
			return max(x, 0)
		}
		return max(x, y)
	}
	return ModelError{larger(e.Time, o.Time), larger(e.Executors, o.Executors)}
}

// HalfWidth is the half-width of a 95 % interval of a ratio whose logarithm has
// this standard deviation, as a share of the ratio.
func HalfWidth(deviation float64) float64 {
	const deviates = 1.959964 // the two-sided 95 % quantile of the normal distribution
	return math.Expm1(deviates * deviation)
}
