package pictures

import (
	"fmt"
	"io"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/reports/words"
)

// samplesDrawn is the largest number of samples in a panel; the eye cannot distinguish
// more. Each is drawn as its mean.
const samplesDrawn = 150

// wantedShown limits the vertical axis to this multiple of the most executors ever
// held: policies may want far more than a cluster has, and a longer axis would flatten
// the curve of executors held.
const wantedShown = 2

// Executors draws, a panel for each policy on the same scales, how many
// executors were held and how many were wanted over time.
func Executors(w io.Writer, r *bench.Results) error {
	line := draw.LineStyle{Color: vermillion, Width: 1}
	end := extent(r)
	peak, most := 1, 1.0
	series := seriesOf(r, end)
	for i := range series {
		for _, s := range series[i].Samples {
			peak = max(peak, s.PeakHeld)
			most = max(most, s.Wanted.Seconds()/series[i].Step.Seconds())
		}
	}
	top := min(max(float64(peak), most), float64(wantedShown*peak))
	wants := "wanted by the policies, all applications together"
	if most > top {
		wants += fmt.Sprintf(" (cut off at %.0f)", top)
	}
	f := newFigure(panelsWidth, panelsHeight(len(r.Runs)), "Executors held and wanted over time", setting(r)+means(series[0]),
		[]key{areaKey("held", light(blue)), lineKey(wants, line)})
	return f.drawRuns(w, r, clockLabel(end.Seconds()), "executors", func(i int) (string, *plot.Plot) {
		p := timePlot(end, top*1.05, round(3, "", true))
		held := over(&series[i], func(s *metrics.Sample, step float64) float64 { return s.Held.Seconds() / step })
		wanted := over(&series[i], func(s *metrics.Sample, step float64) float64 { return min(s.Wanted.Seconds()/step, top) })
		if len(held) > 0 {
			p.Add(area(held, light(blue)), steps(wanted, line))
		}
		return words.Number(r.Runs[i].All.Value("executor_hours_held"), metrics.ExecutorHours) + " executor-h", p
	})
}

// Utilization draws, a panel for each policy, which share of the cluster's cores
// was held and in which share tasks ran.
func Utilization(w io.Writer, r *bench.Results) error {
	end := extent(r)
	series := seriesOf(r, end)
	f := newFigure(panelsWidth, panelsHeight(len(r.Runs)), "Share of the cluster's cores held and busy over time", setting(r)+means(series[0]),
		[]key{areaKey("held", light(blue)), areaKey("busy: tasks run on them", blue)})
	return f.drawRuns(w, r, clockLabel(end.Seconds()), "share of cores", func(i int) (string, *plot.Plot) {
		p := timePlot(end, 1.03, shares)
		cores := coresOf(r, i)
		held := over(&series[i], func(s *metrics.Sample, step float64) float64 { return s.Cores.Seconds() / (cores * step) })
		busy := over(&series[i], func(s *metrics.Sample, step float64) float64 { return s.Busy.Seconds() / (cores * step) })
		if len(held) > 0 {
			p.Add(area(held, light(blue)), area(busy, blue))
		}
		all := r.Runs[i].All
		return fmt.Sprintf("held %s %%, busy %s %%", words.Number(all.Value("utilization_held"), metrics.Percent), words.Number(all.Value("utilization_busy"), metrics.Percent)), p
	})
}

// seriesOf is what each policy held over time, in few enough samples.
func seriesOf(r *bench.Results, end time.Duration) []metrics.Series {
	series := make([]metrics.Series, len(r.Runs))
	for i := range r.Runs {
		series[i] = coarse(r.Runs[i].Timeline.Series, end)
	}
	return series
}

// over is a value of each sample over time; step is the length of a sample in seconds.
func over(s *metrics.Series, value func(s *metrics.Sample, step float64) float64) plotter.XYs {
	points := plotter.XYs{}
	step := s.Step.Seconds()
	for j := range s.Samples {
		points = append(points, plotter.XY{X: float64(j) * step, Y: value(&s.Samples[j], step)})
	}
	return points
}

// coresOf is the number of cores of the cluster under a policy: the mean over time if
// nodes join and leave.
func coresOf(r *bench.Results, policy int) float64 {
	result := r.Runs[policy].Result
	if window := result.End - r.Suite.Workload.Apps[0].Submit; result.Provided.Sign() > 0 && window > 0 {
		return result.Provided.Seconds() / window.Seconds()
	}
	return float64(r.Suite.Config.Cluster.Capacity())
}

// timePlot is a panel with time on the horizontal axis.
func timePlot(end time.Duration, top float64, y plot.Ticker) *plot.Plot {
	p := newPlot()
	p.X.Min, p.X.Max = 0, end.Seconds()
	p.Y.Min, p.Y.Max = 0, top
	p.X.Tick.Marker, p.Y.Tick.Marker = clock(6), y
	return p
}

// extent is how long the longest replay of the comparison took, at least a second.
func extent(r *bench.Results) time.Duration {
	end := time.Second
	for i := range r.Runs {
		end = max(end, r.Runs[i].Result.End)
	}
	return end
}

// means names the length of the steps of which the picture shows means.
func means(s metrics.Series) string { return "  ·  means over " + words.Span(s.Step) }

// coarse merges samples until no more than samplesDrawn cover the time to end. It adds
// an empty sample at the end, so that the curve falls to 0 there.
func coarse(s metrics.Series, end time.Duration) metrics.Series {
	merge := 1
	for time.Duration(merge*samplesDrawn)*s.Step < end {
		merge *= 2
	}
	out := metrics.Series{Step: s.Step * time.Duration(merge)}
	for i, sample := range s.Samples {
		if i%merge == 0 {
			out.Samples = append(out.Samples, sample)
			continue
		}
		out.Samples[len(out.Samples)-1].Add(sample)
	}
	if len(out.Samples) > 0 {
		out.Samples = append(out.Samples, metrics.Sample{})
	}
	return out
}
