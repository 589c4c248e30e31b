package reports

import (
	"encoding/json"
	"io"
	"math"

	"dynalloc/bench/validate"
)

// ValidationSchema names the form of the JSON of a validation.
const ValidationSchema = "dynalloc.validate/1"

// The types below are the JSON of a validation, field for field. Times are
// seconds, errors are fractions, signed unless said otherwise; null is a number
// that does not exist.
type (
	validationJSON struct {
		Schema       string            `json:"schema"`
		From         string            `json:"from"`
		To           string            `json:"to"`
		Policy       string            `json:"policy"`
		Cluster      string            `json:"cluster"`
		Startup      string            `json:"startup"`
		Applications []comparisonJSON  `json:"applications"`
		Baselines    baselinesJSON     `json:"baselines"`
		Summary      validationSumJSON `json:"summary"`
	}
	validationSetJSON struct {
		Schema  string            `json:"schema"`
		Pairs   []validationJSON  `json:"pairs"`
		Summary validationSumJSON `json:"summary"`
	}
	comparisonJSON struct {
		Name            string   `json:"name"`
		RecordedSeconds *float64 `json:"recorded_seconds"`
		ReplayedSeconds *float64 `json:"replayed_seconds"`
		Error           *float64 `json:"error"`
		QueueWait       bothJSON `json:"queue_wait"`
		FirstExecutor   bothJSON `json:"first_executor"`
		ExecutorSeconds struct {
			bothJSON
			Error *float64 `json:"error"`
		} `json:"executor_seconds"`
		ExecutorsStarted struct {
			Recorded *float64 `json:"recorded"`
			Replayed *float64 `json:"replayed"`
		} `json:"executors_started"`
		TimelineError *float64            `json:"timeline_error"`
		Jobs          []jobComparisonJSON `json:"jobs"`
		UnmatchedJobs []int               `json:"unmatched_jobs"`
	}
	bothJSON struct {
		RecordedSeconds *float64 `json:"recorded_seconds"`
		ReplayedSeconds *float64 `json:"replayed_seconds"`
	}
	jobComparisonJSON struct {
		ID              int      `json:"id"`
		RecordedSeconds *float64 `json:"recorded_seconds"`
		ReplayedSeconds *float64 `json:"replayed_seconds"`
		Error           *float64 `json:"error"`
	}
	// A baseline's applications have its predictions as replayed seconds.
	baselinesJSON struct {
		Copy     baselineJSON  `json:"copy"`
		Constant *baselineJSON `json:"constant"`
	}
	baselineJSON struct {
		Applications []comparisonJSON `json:"applications"`
		Summary      scoreJSON        `json:"summary"`
	}
	scoreJSON struct {
		Application     errorsJSON `json:"application"`
		Jobs            errorsJSON `json:"jobs"`
		ExecutorSeconds errorsJSON `json:"executor_seconds"`
		Timeline        errorsJSON `json:"timeline"`
	}
	errorsJSON struct {
		N      int      `json:"n"`
		Median *float64 `json:"median"`
		P95    *float64 `json:"p95"`
		Max    *float64 `json:"max"`
		Bias   *float64 `json:"bias"`
	}
	validationSumJSON struct {
		Pairs      int  `json:"pairs"`
		Recordings *int `json:"recordings"`
		scoreJSON
		Baselines struct {
			Copy     scoreJSON  `json:"copy"`
			Constant *scoreJSON `json:"constant"`
		} `json:"baselines"`
		Skill struct {
			Copy     skillJSON `json:"copy"`
			Constant skillJSON `json:"constant"`
		} `json:"skill"`
		NoiseFloor *scoreJSON  `json:"noise_floor"`
		Winner     *winnerJSON `json:"winner"`
	}
	skillJSON struct {
		Application     *float64 `json:"application"`
		ExecutorSeconds *float64 `json:"executor_seconds"`
		Jobs            *float64 `json:"jobs"`
	}
	winnerJSON struct {
		Application     calledJSON `json:"application"`
		ExecutorSeconds calledJSON `json:"executor_seconds"`
	}
	calledJSON struct {
		Called int      `json:"called"`
		Right  int      `json:"right"`
		Share  *float64 `json:"share"`
	}
)

// ValidationJSON writes one validation as one object.
func ValidationJSON(w io.Writer, v *validate.Validation) error {
	return indented(w, validationOf(v))
}

// ValidationSetJSON writes a set of validations as one object.
func ValidationSetJSON(w io.Writer, s *validate.Set) error {
	out := validationSetJSON{Schema: ValidationSchema, Pairs: []validationJSON{}, Summary: summaryOf(&s.Summary)}
	for _, v := range s.Pairs {
		out.Pairs = append(out.Pairs, validationOf(v))
	}
	return indented(w, out)
}

func indented(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(v)
}

func validationOf(v *validate.Validation) validationJSON {
	out := validationJSON{
		Schema: ValidationSchema, From: v.From, To: v.To, Policy: v.Policy, Cluster: v.Cluster, Startup: v.Startup,
		Applications: comparisonsOf(v.Apps), Summary: summaryOf(&v.Summary),
	}
	out.Baselines.Copy = baselineJSON{comparisonsOf(v.Copy), scoreOf(&v.Summary.Copy)}
	if v.Constant != nil {
		out.Baselines.Constant = &baselineJSON{comparisonsOf(v.Constant), scoreOf(&v.Summary.Constant)}
	}
	return out
}

func comparisonsOf(list []validate.Comparison) []comparisonJSON {
	out := make([]comparisonJSON, len(list))
	for i := range list {
		c, o := &list[i], &out[i]
		r, p := &c.Recorded, &c.Predicted
		o.Name = r.Name
		o.RecordedSeconds, o.ReplayedSeconds, o.Error = existing(r.Seconds), existing(p.Seconds), existing(c.Error)
		o.QueueWait = bothJSON{existing(r.QueueWait), existing(p.QueueWait)}
		o.FirstExecutor = bothJSON{existing(r.FirstExecutor), existing(p.FirstExecutor)}
		o.ExecutorSeconds.bothJSON = bothJSON{existing(r.ExecutorSeconds), existing(p.ExecutorSeconds)}
		o.ExecutorSeconds.Error = existing(c.ExecutorError)
		o.ExecutorsStarted.Recorded, o.ExecutorsStarted.Replayed = existing(r.Started), existing(p.Started)
		o.TimelineError = existing(c.TimelineError)
		o.Jobs, o.UnmatchedJobs = []jobComparisonJSON{}, append([]int{}, c.Unmatched...)
		for _, j := range c.Jobs {
			o.Jobs = append(o.Jobs, jobComparisonJSON{j.ID, existing(j.Recorded), existing(j.Predicted), existing(j.Error)})
		}
	}
	return out
}

func summaryOf(s *validate.Summary) validationSumJSON {
	out := validationSumJSON{Pairs: s.Pairs, scoreJSON: scoreOf(&s.Score)}
	out.Baselines.Copy = scoreOf(&s.Copy)
	if s.Constant.Application.N+s.Constant.Jobs.N > 0 {
		constant := scoreOf(&s.Constant)
		out.Baselines.Constant = &constant
	}
	out.Skill.Copy, out.Skill.Constant = skillOf(s.OverCopy), skillOf(s.OverConstant)
	if s.Floor.Application.N > 0 {
		floor := scoreOf(&s.Floor)
		out.NoiseFloor = &floor
	}
	if s.Recordings > 0 {
		out.Recordings = &s.Recordings
		out.Winner = &winnerJSON{calledOf(s.Winner), calledOf(s.WinnerOfExecutors)}
	}
	return out
}

func scoreOf(s *validate.Score) scoreJSON {
	return scoreJSON{errorsOf(s.Application), errorsOf(s.Jobs), errorsOf(s.ExecutorSeconds), errorsOf(s.Timeline)}
}

func errorsOf(e validate.Errors) errorsJSON {
	return errorsJSON{e.N, existing(e.Median), existing(e.P95), existing(e.Max), existing(e.Bias)}
}

func skillOf(s validate.Skill) skillJSON {
	return skillJSON{existing(s.Application), existing(s.ExecutorSeconds), existing(s.Jobs)}
}

func calledOf(w validate.Winner) calledJSON {
	out := calledJSON{Called: w.Calls, Right: w.Right}
	if w.Calls > 0 {
		out.Share = existing(float64(w.Right) / float64(w.Calls))
	}
	return out
}

// existing is null for NaN. Times are recorded in milliseconds; what a float
// adds beyond a millionth is noise.
func existing(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	v = math.Round(v*1e6) / 1e6
	return &v
}
