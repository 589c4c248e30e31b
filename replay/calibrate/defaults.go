package calibrate

import (
	"time"

	"dynalloc/replay/latency"
)

// millis makes quantiles of milliseconds.
func millis(ms ...int) latency.Quantiles {
	var q latency.Quantiles
	for i := range q {
		q[i] = time.Duration(ms[i]) * time.Millisecond
	}
	return q
}

// mostBeside is the most others that a measured sample had: nine executors that
// started together, and the first tasks in the two slots of each.
const mostBeside = 19

// mostStarting is the most executors that started beside a measured warm task.
const mostStarting = 9

const (
	measured      = "default: measured on a standalone cluster of Spark 4.1 on 2 processors"
	measuredKnown = "default: measured with tasks of known length on a standalone cluster of Spark 4.1 on 2 processors"
)

// periodicGC is the default of spark.cleaner.periodicGC.interval.
const periodicGC = 30 * time.Minute

// Defaults are the times that are used if logs do not show them. They were measured on
// standalone clusters of Spark 4.1.4, all executors on one machine with two processors
// (docs/MODEL.md has the numbers of samples). What is hidden within run times was
// measured with tasks that slept for a known time. The removal lag is
// spark.standalone.executorRemoveDelayOnDisconnection, 5 s, and the time to notice the
// disconnection.
func Defaults() latency.Model {
	t := latency.Model{DriverProcessors: 1250, DriverWork: 450 * time.Millisecond, GC: periodicGC}
	t.By[latency.Startup] = latency.Distribution{Quantiles: millis(4000, 4200, 4600, 5000, 6000, 7500, 8000), Source: measured}
	t.By[latency.Usable] = latency.Distribution{Quantiles: millis(32, 87, 115, 132, 148, 188, 339), Contention: 0.85, MaxOthers: mostBeside, Source: measured}
	t.By[latency.ColdSlot] = latency.Distribution{Quantiles: millis(14, 67, 97, 118, 142, 203, 414), Contention: 0.54, MaxOthers: mostBeside, Source: measured}
	t.By[latency.ColdSlotRun] = latency.Distribution{Quantiles: millis(0, 12, 25, 36, 53, 132, 300), Contention: 0.19, MaxOthers: mostBeside, Source: measuredKnown}
	t.By[latency.FirstRead] = latency.Distribution{Quantiles: millis(0, 23, 44, 58, 77, 124, 215), Contention: 0.14, MaxOthers: mostBeside, Source: measured}
	t.By[latency.FirstReadRun] = latency.Distribution{Quantiles: millis(0, 8, 27, 35, 45, 70, 102), Contention: 0.70, MaxOthers: mostBeside, Source: measuredKnown}
	t.By[latency.FirstOfStage] = latency.Distribution{Quantiles: millis(0, 11, 20, 28, 38, 76, 113), Contention: 0.23, MaxOthers: mostBeside, Source: measured}
	t.By[latency.Overhead] = latency.Distribution{Quantiles: millis(4, 6, 9, 11, 16, 30, 80), Contention: 0.43, MaxOthers: mostStarting, Source: measured}
	t.By[latency.OverheadRun] = latency.Distribution{Quantiles: millis(0, 0, 1, 2, 4, 20, 60), Contention: 1.7, MaxOthers: mostStarting, Source: measuredKnown}
	t.By[latency.RemovalLag] = latency.Distribution{Quantiles: millis(4980, 4990, 5020, 5050, 5090, 5130, 5200), Source: measured}
	for cause := range t.By {
		t.By[cause].Prior, t.By[cause].Uncertainty = 1, priors[cause].clusters
	}
	return t
}

// priors are how much clusters differ. They come from the logs of 44 clusters of other
// people and from our own recordings (docs/MODEL.md): the standard deviation of the
// logarithms of their medians, and the typical one of the times in a log. The removal lag
// is a setting of Spark, so that it hardly differs. What is hidden within run times
// follows what the logs show of the same cause.
var priors = [latency.Causes]prior{
	latency.Startup:      {clusters: 1.1, runs: 0.08, times: 0.2},
	latency.Usable:       {clusters: 0.7, runs: 0.08, times: 0.2},
	latency.ColdSlot:     {clusters: 1.5, runs: 0.08, times: 0.25},
	latency.ColdSlotRun:  {clusters: 1.5, runs: 0.08},
	latency.FirstRead:    {clusters: 1, runs: 0.08, times: 0.3},
	latency.FirstReadRun: {clusters: 1, runs: 0.08},
	latency.FirstOfStage: {clusters: 1.3, runs: 0.08, times: 0.5},
	latency.Overhead:     {clusters: 0.7, runs: 0.08, times: 0.4},
	latency.OverheadRun:  {clusters: 0.7, runs: 0.08},
	latency.RemovalLag:   {clusters: 0.05, runs: 0.002, times: 0.01},
}
