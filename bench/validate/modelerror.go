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
	// TimeFreedom and ExecutorsFreedom are the degrees of freedom of their Student's
	// distributions, which have the 95 % intervals of normal ones with these deviations; 0:
	// they are normal.
	TimeFreedom, ExecutorsFreedom float64
}

// ErrorOf is the model's error for applications: that of recorded workloads of a similar
// shape (package modelerror), and the errors of their own self-replays.
func ErrorOf(apps []*traces.Application, self []selfreplay.Error) ModelError {
	known := math.NaN()
	if slices.ContainsFunc(self, func(e selfreplay.Error) bool { return e.Known() }) {
		known = ModelError{}.With(self).Time
	}
	shape := modelerror.ShapeOf(apps, known)
	time := modelerror.Predict(modelerror.Evidence, shape, modelerror.TimeOf)
	executors := modelerror.Predict(modelerror.Evidence, shape, modelerror.ExecutorsOf)
	return ModelError{time.Deviation(), executors.Deviation(), time.Freedom, executors.Freedom}.With(self)
}

// With adds the errors of self-replays of the applications of a class, as independent
// errors in quadrature: the replay cannot be trusted with other settings further than
// with the recorded ones. Of each figure it is the root mean square of the logarithms,
// weighted with the recorded figure, because the figures of a class are sums over its
// applications. Unknown errors do not count. The degrees of freedom of a sum are those of
// Welch and Satterthwaite; the errors of self-replays, which are known, have infinitely many.
func (e ModelError) With(self []selfreplay.Error) ModelError {
	var time, executors weighted
	for i := range self {
		t, x := self[i].LogError()
		time.add(t, self[i].Recorded.Seconds)
		executors.add(x, self[i].Recorded.ExecutorSeconds)
	}
	e.Time, e.TimeFreedom = plus(e.Time, e.TimeFreedom, time.rootMeanSquare())
	e.Executors, e.ExecutorsFreedom = plus(e.Executors, e.ExecutorsFreedom, executors.rootMeanSquare())
	return e
}

// plus is the sum of an error and a known one, and its degrees of freedom.
func plus(deviation, freedom, known float64) (sum, of float64) {
	if deviation == 0 || freedom == 0 {
		return math.Hypot(deviation, known), 0
	}
	ratio := known / deviation
	return math.Hypot(deviation, known), freedom * (1 + ratio*ratio) * (1 + ratio*ratio)
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
