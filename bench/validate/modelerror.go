package validate

import (
	"math"
	"slices"

	"dynalloc/bench/modelerror"
	"dynalloc/bench/selfreplay"
	"dynalloc/traces"
)

// A ModelError is the error of a predicted ratio of two policies, as a standard
// deviation of its logarithm. It is the part of the error that no number of
// replicas makes smaller.
type ModelError struct {
	Time      float64 // of application time
	Executors float64 // of executor-seconds
}

// ErrorOf is the model's error for applications: that of recorded workloads of a similar
// shape (package modelerror), and the errors of their own self-replays. The deviations are
// those of normal distributions with the same 95 % intervals.
func ErrorOf(apps []*traces.Application, self []selfreplay.Error) ModelError {
	known := math.NaN()
	if slices.ContainsFunc(self, func(e selfreplay.Error) bool { return e.Known() }) {
		known = ModelError{}.With(self).Time
	}
	shape := modelerror.ShapeOf(apps, known)
	of := func(figure func(*modelerror.Workload) float64) float64 {
		return modelerror.Predict(modelerror.Evidence, shape, figure).Deviation()
	}
	return ModelError{of(modelerror.TimeOf), of(modelerror.ExecutorsOf)}.With(self)
}

// With adds the errors of self-replays of the applications of a class, as independent
// errors in quadrature: the replay cannot be trusted with other settings further than
// with the recorded ones. Of each figure it is the root mean square of the logarithms,
// weighted with the recorded figure, because the figures of a class are sums over its
// applications. Unknown errors do not count.
func (e ModelError) With(self []selfreplay.Error) ModelError {
	var time, executors weighted
	for i := range self {
		t, x := self[i].LogError()
		time.add(t, self[i].Recorded.Seconds)
		executors.add(x, self[i].Recorded.ExecutorSeconds)
	}
	return ModelError{math.Hypot(e.Time, time.rootMeanSquare()), math.Hypot(e.Executors, executors.rootMeanSquare())}
}

// A weighted is a weighted sum of squares.
type weighted struct{ squares, weight float64 }

func (w *weighted) add(v, weight float64) {
	if !math.IsNaN(v) {
		w.squares, w.weight = w.squares+weight*v*v, w.weight+weight
	}
}

func (w *weighted) rootMeanSquare() float64 {
	if w.weight == 0 {
		return 0
	}
	return math.Sqrt(w.squares / w.weight)
}

// HalfWidth is the half-width of a 95 % interval of a ratio whose logarithm has
// this standard deviation, as a share of the ratio.
func HalfWidth(deviation float64) float64 {
	const deviates = 1.959964 // the two-sided 95 % quantile of the normal distribution
	return math.Expm1(deviates * deviation)
}
