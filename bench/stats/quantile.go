package stats

import (
	"math"
	"slices"
)

// Quantile is the p-quantile (0 to 1) of sorted values by definition R-7 of
// Hyndman and Fan (Sample Quantiles in Statistical Packages, 1996): the default
// of R and NumPy, linear between the two nearest values. gonum/stat does not
// offer it. It is NaN for no values.
func Quantile(p float64, sorted []float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := float64(p * float64(len(sorted)-1))
	low := int(math.Floor(at))
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + float64((at-float64(low))*(sorted[low+1]-sorted[low]))
}

// Median is the median of values in any order. It is NaN for no values, and if one of
// them is NaN.
func Median(values []float64) float64 {
	if slices.ContainsFunc(values, math.IsNaN) {
		return math.NaN()
	}
	return Quantile(0.5, slices.Sorted(slices.Values(values)))
}

// Mean is the arithmetic mean; NaN for no values.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return Sum(values) / float64(len(values))
}

// Sum adds values in their order.
func Sum(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}
