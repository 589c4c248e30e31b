package pictures

import (
	"fmt"
	"math"

	"dynalloc/reports/words"

	"gonum.org/v1/plot"
)

// clockSteps are the round distances between time ticks, in seconds.
var clockSteps = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400}

// clock marks elapsed seconds, at most n times: as m:ss under ten minutes, else
// as h:mm.
func clock(n int) plot.TickerFunc {
	return func(low, high float64) []plot.Tick {
		step := clockSteps[len(clockSteps)-1]
		for step < (high-low)/float64(n) {
			step *= 2
		}
		for _, s := range clockSteps {
			if (high-low)/s <= float64(n) {
				step = s
				break
			}
		}
		var ticks []plot.Tick
		for v := math.Ceil(low/step) * step; v <= high+1e-9; v += step {
			whole := int(v)
			label := fmt.Sprintf("%d:%02d", whole/3600, whole/60%60)
			if short(high) {
				label = fmt.Sprintf("%d:%02d", whole/60, whole%60)
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
		return ticks
	}
}

// short reports whether times up to this many seconds are written in minutes and
// seconds.
func short(seconds float64) bool { return seconds < 600 }

// clockLabel names the time axis in the unit of clock.
func clockLabel(seconds float64) string {
	if short(seconds) {
		return "time since the start (min:s)"
	}
	return "time since the start (h:min)"
}

// round marks about n round values with a unit; whole keeps them whole numbers.
func round(n int, unit string, whole bool) plot.TickerFunc {
	return func(low, high float64) []plot.Tick {
		raw := (high - low) / float64(n)
		if !(raw > 0) {
			return []plot.Tick{{Value: low, Label: fmt.Sprintf("%g%s", low, unit)}}
		}
		magnitude := math.Pow(10, math.Floor(math.Log10(raw)))
		step := 10 * magnitude
		for _, m := range []float64{1, 2, 5} {
			if m*magnitude >= raw {
				step = m * magnitude
				break
			}
		}
		if whole {
			step = max(1, step)
		}
		var ticks []plot.Tick
		for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
			v := words.Rounded(i * step)
			ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%g%s", v, unit)})
		}
		return ticks
	}
}

// shares marks quarters of a whole in percent.
var shares = plot.ConstantTicks{
	{Value: 0, Label: "0 %"}, {Value: 0.25}, {Value: 0.5, Label: "50 %"}, {Value: 0.75}, {Value: 1, Label: "100 %"},
}

// waitFloors are where a logarithmic wait axis may begin, in seconds.
var waitFloors = []float64{10, 1, 0.1}

// waitFloor is the largest of waitFloors that is not above the shortest wait, else the
// lowest of them. Shorter waits, zero included, are drawn at the floor because the axis
// is logarithmic.
func waitFloor(shortest float64) float64 {
	for _, floor := range waitFloors {
		if shortest >= floor {
			return floor
		}
	}
	return waitFloors[len(waitFloors)-1]
}

// waits marks seconds on a logarithmic axis.
func waits(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for _, t := range []plot.Tick{
		{Value: 0.1, Label: "0.1 s or less"}, {Value: 1, Label: "1 s"}, {Value: 10, Label: "10 s"}, {Value: 60, Label: "1 min"},
		{Value: 600, Label: "10 min"}, {Value: 3600, Label: "1 h"}, {Value: 36000, Label: "10 h"}, {Value: 360000, Label: "100 h"},
	} {
		if t.Value >= low*0.999 && t.Value <= high*1.001 {
			ticks = append(ticks, t)
		}
	}
	return ticks
}
