package validate

import (
	"math"
	"slices"

	"dynalloc/bench/stats"
)

// Errors sums up the errors of many comparisons in one figure.
type Errors struct {
	N      int     // numbers compared
	Median float64 // of the absolute errors, as P95 and Max; NaN for none
	P95    float64
	Max    float64
	Bias   float64 // mean of the signed errors
	mean   float64 // of the absolute errors
}

// A Score is the errors in each figure.
type Score struct {
	Application     Errors
	Jobs            Errors // relative to at least shortJob; a job without a partner is an error of 1 without a sign
	JobsUnfloored   Errors // the same, relative to the recorded time, however short
	JobsTogether    Errors // of the sum of the times of all jobs of an application
	ExecutorSeconds Errors
	Timeline        Errors // without a sign, so without a bias
}

// A Skill is 1 - mean absolute error / mean absolute error of a baseline, over what
// both predict: 1 is perfect, 0 no better than the baseline (Murphy, Skill Scores
// Based on the Mean Square Error, 1988, with absolute errors). It is NaN where
// the baseline predicts nothing.
type Skill struct{ Application, ExecutorSeconds, Jobs float64 }

// A Summary is the quality of predictions.
type Summary struct {
	Score
	Copy, Constant Score // the baselines
	OverCopy       Skill
	OverConstant   Skill
	Pairs          int

	// Only of a set:
	Recordings        int
	Floor             Score  // differences between real repeats; N is 0 where there are none
	Winner            Winner // by application time
	WinnerOfExecutors Winner // by executor-seconds
}

// errorLists collects errors.
type errorLists struct {
	application, jobs, unfloored, together, executors, timeline []float64 // signed
	lost                                                        int       // jobs without a partner
}

func (t *errorLists) add(comparisons []Comparison) {
	known := func(list *[]float64, v float64) {
		if !math.IsNaN(v) {
			*list = append(*list, v)
		}
	}
	for i := range comparisons {
		c := &comparisons[i]
		known(&t.application, c.Error)
		known(&t.executors, c.ExecutorError)
		known(&t.timeline, c.TimelineError)
		var recorded, predicted float64
		for _, j := range c.Jobs {
			t.jobs = append(t.jobs, j.Error)
			known(&t.unfloored, j.Unfloored)
			recorded, predicted = recorded+j.Recorded, predicted+j.Predicted
		}
		known(&t.together, relative(recorded, predicted, recorded))
		t.lost += len(c.Unmatched)
	}
}

func (t *errorLists) score() Score {
	s := Score{
		Application: errorsOf(t.application, 0), Jobs: errorsOf(t.jobs, t.lost), JobsUnfloored: errorsOf(t.unfloored, t.lost), JobsTogether: errorsOf(t.together, 0),
		ExecutorSeconds: errorsOf(t.executors, 0), Timeline: errorsOf(t.timeline, 0),
	}
	s.Timeline.Bias = math.NaN()
	return s
}

// errorsOf sums up signed errors, and a number of errors of 1 without a sign.
func errorsOf(signed []float64, lost int) Errors {
	absolute := slices.Repeat([]float64{1}, lost)
	for _, v := range signed {
		absolute = append(absolute, math.Abs(v))
	}
	slices.Sort(absolute)
	return Errors{
		N: len(absolute), Median: stats.Quantile(0.5, absolute), P95: stats.Quantile(0.95, absolute), Max: stats.Quantile(1, absolute),
		Bias: stats.Mean(signed), mean: stats.Mean(absolute),
	}
}

// over is the skill of a score over a baseline.
func (s *Score) over(baseline *Score) Skill {
	skill := func(own, other Errors) float64 {
		if other.N == 0 || !(other.mean > 0) {
			return math.NaN()
		}
		return 1 - own.mean/other.mean
	}
	return Skill{
		skill(s.Application, baseline.Application), skill(s.ExecutorSeconds, baseline.ExecutorSeconds), skill(s.Jobs, baseline.Jobs),
	}
}

// summarize sums up validations. Only those with a constant count for the skill
// over it.
func summarize(list ...*Validation) Summary {
	var replayed, copied, constant, besides errorLists
	for _, v := range list {
		replayed.add(v.Apps)
		copied.add(v.Copy)
		if v.Constant != nil {
			constant.add(v.Constant)
			besides.add(v.Apps)
		}
	}
	s := Summary{Score: replayed.score(), Copy: copied.score(), Constant: constant.score(), Pairs: len(list)}
	s.OverCopy = s.Score.over(&s.Copy)
	same := besides.score()
	s.OverConstant = same.over(&s.Constant)
	s.Floor = floorOf(nil)
	return s
}

// floorOf is the noise floor: the score of predicting each repeat by another.
func floorOf(repeats []Comparison) Score {
	var floor errorLists
	floor.add(repeats)
	return floor.score()
}
