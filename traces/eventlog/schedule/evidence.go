package schedule

import (
	"math"
	"slices"
	"time"
)

// An Evidence says how much better the clock explains when a series came than the ends
// of earlier jobs do.
type Evidence struct {
	Period time.Duration // the median time between starts
	Jitter time.Duration // median deviation from it
	Pause  time.Duration // the median time since the end of the earlier job
	Spread time.Duration // median deviation from it
	Bits   float64       // above 0: the clock
}

// Prior is the prior odds of a closed loop, in bits: a thousand to one, because nearly all
// jobs of nearly all drivers follow earlier ones.
const Prior = 10

// Compare compares the times between starts with the pauses after the jobs
// that may have been waited for, in ms. If the clock starts a series, the times between
// are equal, and the pauses vary as much as these jobs; if the jobs do, it is the reverse.
// Each explanation needs a description of the starts, and the shorter one is the better
// (minimum description length, Rissanen 1978): a typical time, and the deviation of each
// start from it. A deviation that is not small against the period is no jitter of a timer
// and costs more. If all jobs take the same time, only the typical times differ, and a round
// one is shorter: people choose 1m, and not 55.964s.
func Compare(between, pauses []int64) Evidence {
	if len(between) < 2 {
		return Evidence{Bits: -Prior}
	}
	period, jitter := medianAndDeviation(between)
	pause, spread := medianAndDeviation(pauses)
	n := float64(len(between))
	bits := numberBits(pause, uncertainty(spread, n)) - numberBits(period, uncertainty(jitter, n)) - Prior
	for k := range between {
		late := distance(between[k], period)
		bits += deviationBits(distance(pauses[k], pause)) - deviationBits(late) - math.Log2(1+float64(late)/float64(max(period, 1)))
	}
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return Evidence{Period: ms(period), Jitter: ms(jitter), Pause: ms(pause), Spread: ms(spread), Bits: bits}
}

// deviationBits is the length of a deviation in bits.
func deviationBits(ms int64) float64 { return math.Log2(1 + float64(ms)) }

func distance(x, y int64) int64 { return max(x-y, y-x) }

// medianAndDeviation returns the median of values, and the median of their distances
// from it.
func medianAndDeviation(values []int64) (median, deviation int64) {
	middle := func(v []int64) int64 {
		slices.Sort(v)
		return v[len(v)/2]
	}
	median = middle(slices.Clone(values))
	distances := make([]int64, len(values))
	for i, v := range values {
		distances[i] = distance(v, median)
	}
	return median, middle(distances)
}

// uncertainty is three standard errors of a median of n values, each of 1.86 times their
// median deviation over the square root of n (normal distribution), and at least the
// clock's resolution of 1 ms.
func uncertainty(deviation int64, n float64) float64 {
	return max(1, 3*1.86*float64(deviation)/math.Sqrt(n))
}

// timeUnits are the units in which people choose times, in ms.
var timeUnits = []int64{86_400_000, 3_600_000, 1_800_000, 900_000, 600_000, 300_000, 60_000, 30_000, 10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1}

// roundest returns the multiple of the largest unit within some distance of a time, and
// how many of these it is.
func roundest(ms int64, within float64) (multiple, count int64) {
	for _, unit := range timeUnits {
		count = (ms + unit/2) / unit
		if count > 0 && math.Abs(float64(ms-count*unit)) <= within {
			return count * unit, count
		}
	}
	return ms, max(ms, 1)
}

// numberBits is the length of a time in bits, if a round number is enough.
func numberBits(ms int64, within float64) float64 {
	_, count := roundest(ms, within)
	return math.Log2(float64(count))
}
