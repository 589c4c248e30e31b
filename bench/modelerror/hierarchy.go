package modelerror

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Workload is what recordings of one workload under several configurations show.
type Workload struct {
	Name           string
	Shape          Shape
	Configurations int // 2 or more
	// Time and Executors are the root mean square of the errors of predicted ratios of
	// application time and of executor-seconds, as logarithms, over all pairs of
	// configurations.
	Time, Executors float64
}

// An Error is the distribution of the error of a predicted ratio, as a logarithm: Student's
// t with a scale and a number of degrees of freedom.
type Error struct{ Scale, Freedom float64 }

// HalfWidth is the half-width of the interval that contains the error with a probability,
// such as 0.95.
func (e Error) HalfWidth(probability float64) float64 {
	if e.Scale == 0 {
		return 0
	}
	return distuv.StudentsT{Mu: 0, Sigma: e.Scale, Nu: e.Freedom}.Quantile((1 + probability) / 2)
}

// Deviation is the standard deviation of a normal distribution with the same 95 % interval.
func (e Error) Deviation() float64 { return e.HalfWidth(0.95) / 1.959964 }

// The prior: a workload of which nothing is known is off by about 5 %, give or take a
// factor of four, and a feature that differs by its spread over the workloads changes that
// by a factor of about 1.35. It keeps few workloads from claiming too much.
const (
	priorMean      = -3.0 // of the logarithm of the error
	priorDeviation = 1.4
	priorOfFeature = 0.3
)

// spreads are the values that are tried for how much workloads of equal shape differ: the
// standard deviation of the logarithms of their errors. Each is weighted with its
// likelihood and a prior that rises with its square root, which avoids zero: few workloads
// that happen to be alike prove little (Chung et al., A nondegenerate penalized likelihood
// estimator for variance parameters, Psychometrika 78, 2013).
var spreads = []float64{0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.2, 1.6, 2.1}

// Predict is the error of a workload with a shape: a regression of the logarithms of the
// errors of known workloads on their shapes, with the workload as a level. The logarithm
// of the error of a new workload is then normal; the error itself is a mixture of normal
// distributions with log-normal deviations, for which Student's t with the same mean and
// variance of the logarithm stands. Few workloads give few degrees of freedom. figure
// returns the figure of a workload.
//
// Source: the normal hierarchical model, Gelman et al., Bayesian Data Analysis, 3rd
// edition, chapters 5 and 15.
func Predict(known []Workload, shape Shape, figure func(*Workload) float64) Error {
	mean, variance := 0.0, 0.0
	weights, total := make([]float64, len(spreads)), 0.0
	means, variances := make([]float64, len(spreads)), make([]float64, len(spreads))
	var likelihoods []float64
	best := math.Inf(-1)
	for i, spread := range spreads {
		m, v, l := regression(known, shape, figure, spread)
		means[i], variances[i] = m, v
		l += math.Log(spread) / 2
		likelihoods = append(likelihoods, l)
		best = max(best, l)
	}
	for i, l := range likelihoods {
		step := 1.0 // the values are not equally far apart
		if i > 0 {
			step = spreads[i] - spreads[i-1]
		}
		weights[i] = math.Exp(l-best) * step
		total += weights[i]
	}
	for i, w := range weights {
		mean += w / total * means[i]
	}
	for i, w := range weights {
		variance += w / total * (variances[i] + (means[i]-mean)*(means[i]-mean))
	}
	return student(mean, variance)
}

// student is Student's t whose deviation, drawn anew for each workload, has this mean and
// variance of its logarithm.
func student(mean, variance float64) Error {
	low, high := 0.5, 1e4 // degrees of freedom: the variance falls as they rise
	for range 100 {
		middle := math.Sqrt(low * high)
		if logVariance(middle) > variance {
			low = middle
		} else {
			high = middle
		}
	}
	freedom := math.Sqrt(low * high)
	return Error{Scale: math.Exp(mean + logMean(freedom)), Freedom: freedom}
}

// logMean and logVariance are the mean and the variance of the logarithm of the root mean
// square of k normal errors, whose deviation is 1: it is half the logarithm of a
// chi-squared variable over k.
func logMean(k float64) float64     { return (mathext.Digamma(k/2) - math.Log(k/2)) / 2 }
func logVariance(k float64) float64 { return mathext.Zeta(2, k/2) / 4 }

// regression is the mean and the variance of the logarithm of the error of a new workload,
// and the logarithm of the likelihood of the known ones, if workloads of equal shape differ
// by a spread.
func regression(known []Workload, shape Shape, figure func(*Workload) float64, spread float64) (mean, variance, likelihood float64) {
	n := len(known)
	rows := standardized(known, shape)
	covariance := func(a, b []float64) float64 {
		c := priorDeviation * priorDeviation
		for j := range a {
			c += priorOfFeature * priorOfFeature * a[j] * b[j]
		}
		return c
	}
	if n == 0 {
		return priorMean, covariance(rows[0], rows[0]) + spread*spread, 0
	}
	k := mat.NewSymDense(n, nil)
	y, cross := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for i := range known {
		freedom := float64(known[i].Configurations - 1)
		y.SetVec(i, math.Log(figure(&known[i]))-logMean(freedom)-priorMean)
		cross.SetVec(i, covariance(rows[i], rows[n]))
		for j := 0; j <= i; j++ {
			c := covariance(rows[i], rows[j])
			if i == j {
				c += spread*spread + logVariance(freedom)
			}
			k.SetSym(i, j, c)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(k) {
		panic("modelerror: the covariance is not positive definite") // it has a positive diagonal added
	}
	var solved, weights mat.VecDense
	if err := chol.SolveVecTo(&solved, y); err != nil {
		panic(err)
	}
	if err := chol.SolveVecTo(&weights, cross); err != nil {
		panic(err)
	}
	mean = priorMean + mat.Dot(cross, &solved)
	variance = covariance(rows[n], rows[n]) + spread*spread - mat.Dot(cross, &weights)
	likelihood = -mat.Dot(y, &solved)/2 - chol.LogDet()/2
	return mean, variance, likelihood
}

// standardized are the features of the known workloads and, last, of the shape, less the
// mean of the known ones and divided by their standard deviation. A feature outside of what
// is known counts as the nearest known value: nothing shows that a trend goes on.
func standardized(known []Workload, shape Shape) [][]float64 {
	var rows [][]float64
	for i := range known {
		rows = append(rows, known[i].Shape.features())
	}
	rows = append(rows, shape.features())
	n := float64(len(known))
	for j := range rows[0] {
		sum, squares := 0.0, 0.0
		if n > 0 {
			low, high := math.Inf(1), math.Inf(-1)
			for _, r := range rows[:len(known)] {
				low, high = min(low, r[j]), max(high, r[j])
			}
			if own := &rows[len(known)][j]; !math.IsNaN(*own) {
				*own = min(max(*own, low), high)
			}
		}
		for _, r := range rows[:len(known)] {
			sum, squares = sum+r[j], squares+r[j]*r[j]
		}
		mean, deviation := 0.0, 0.0
		if n > 0 {
			mean = sum / n
			deviation = math.Sqrt(max(0, squares/n-mean*mean))
		}
		for _, r := range rows {
			if r[j] -= mean; deviation > 0 && !math.IsNaN(r[j]) {
				r[j] /= deviation
			} else {
				r[j] = 0
			}
		}
	}
	return rows
}

// TimeOf and ExecutorsOf are the figures of a workload for Predict.
func TimeOf(w *Workload) float64      { return w.Time }
func ExecutorsOf(w *Workload) float64 { return w.Executors }
