package reports

import (
	"encoding/json"
	"io"
	"math"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
)

// AdviceSchema names the form of advice in JSON, as Schema does of comparisons.
const AdviceSchema = "dynalloc.advice/1"

// The types below are advice in JSON, field for field; docs/ADVICE.md explains
// them.
type (
	adviceJSON struct {
		Schema        string          `json:"schema"`
		Workload      string          `json:"workload"`
		Cluster       clusterJSON     `json:"cluster"`
		Seed          uint64          `json:"seed"`
		Goal          string          `json:"goal"`
		DeadlineBasis string          `json:"deadline_basis"`
		Replays       int             `json:"replays"`
		Classes       []adviceOfClass `json:"classes"`
		Joint         *jointJSON      `json:"joint"`
		Details       []detailsJSON   `json:"details"`
		Notes         []string        `json:"notes"`
	}
	adviceOfClass struct {
		Class     string       `json:"class"`
		Verdict   string       `json:"verdict"`
		Policy    string       `json:"policy"`
		Executors *int         `json:"executors"`
		Conf      string       `json:"conf"`
		Evidence  evidenceJSON `json:"evidence"`
		Stable    bool         `json:"stable"`
	}
	evidenceJSON struct {
		Misses   float64     `json:"misses"`
		Of       int         `json:"of"`
		Interval [2]float64  `json:"interval"`
		Saved    *float64    `json:"executor_seconds_saved"`
		Within   *[2]float64 `json:"saved_interval"`
	}
	jointJSON struct {
		Policy   string     `json:"policy"`
		Before   float64    `json:"misses_before"`
		After    float64    `json:"misses_after"`
		Of       int        `json:"of"`
		More     [2]float64 `json:"more_misses_interval"`
		Saved    float64    `json:"executor_time_saved_share"`
		Interval [2]float64 `json:"executor_time_saved_interval"`
		Worse    []string   `json:"worse_than_alone"`
	}
	detailsJSON struct {
		Class       string      `json:"class"`
		Runs        int         `json:"runs"`
		Text        []string    `json:"text"`
		Now         string      `json:"now"`
		Static      *string     `json:"static"`
		Dynamic     *string     `json:"dynamic"`
		Blocks      string      `json:"blocks"`
		LeastStatic *int        `json:"least_static_p99"`
		Flips       []string    `json:"flips"`
		Notes       []string    `json:"notes"`
		Tried       []triedJSON `json:"tried"`
	}
	triedJSON struct {
		Policy          string      `json:"policy"`
		Replays         int         `json:"replays"`
		Misses          *float64    `json:"misses"`
		Of              int         `json:"of"`
		Interval        *[2]float64 `json:"interval"`
		Elsewhere       float64     `json:"misses_elsewhere"`
		Turnaround      float64     `json:"turnaround_mean_s"`
		ExecutorSeconds float64     `json:"executor_seconds"`
		Problem         string      `json:"problem,omitempty"`
	}
)

// AdviceJSON writes advice as one object.
func AdviceJSON(w io.Writer, a *decide.Advice) error {
	s := a.Suite
	out := adviceJSON{
		Schema: AdviceSchema, Workload: s.Workload.Name, Cluster: clusterJSON{s.Config.Cluster.String(), s.Config.Cluster.Assumed},
		Seed: s.Config.Seed, Goal: string(a.Goal), DeadlineBasis: a.DeadlineBasis, Replays: a.Replicas, Notes: orEmpty(a.Notes),
	}
	for i := range a.Classes {
		c := &a.Classes[i]
		out.Classes = append(out.Classes, classOf(c))
		out.Details = append(out.Details, detailsOf(a, c))
	}
	if j := a.Joint; j != nil {
		out.Joint = &jointJSON{
			Policy: j.Fleet.String(), Before: toThousandths(j.Before), After: toThousandths(j.After), Of: j.Of, More: pair(j.MissDelta.Interval),
			Saved: toThousandths(j.SavedShare.Value), Interval: pair(j.SavedShare.Interval), Worse: orEmpty(j.Worse),
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}

func classOf(c *decide.ClassAdvice) adviceOfClass {
	out := adviceOfClass{Class: c.Class, Verdict: string(c.Verdict), Policy: c.Advised.Policy.String(), Stable: c.Stable}
	if c.Advised.Static() {
		out.Executors = &c.Advised.Policy.Executors
	}
	if c.Verdict != decide.Insufficient && c.NoSnippet == "" {
		out.Conf = c.Snippet.String()
	}
	of := c.Dynamic
	if of == nil {
		of = &c.Advised
	}
	if of.Of > 0 {
		out.Evidence.Misses, out.Evidence.Of, out.Evidence.Interval = toThousandths(of.Misses.Value), of.Of, pair(of.Misses.Interval)
	}
	if c.Static != nil && c.Dynamic != nil {
		saved, within := toThousandths(c.Saved.Value), pair(c.Saved.Interval)
		out.Evidence.Saved, out.Evidence.Within = &saved, &within
	}
	return out
}

func detailsOf(a *decide.Advice, c *decide.ClassAdvice) detailsJSON {
	out := detailsJSON{
		Class: c.Class, Runs: c.Runs, Text: Evidence(a.Goal, c), Now: c.Current.Policy.String(), Blocks: c.Blocks.String(),
		Flips: orEmpty(c.Flips), Notes: orEmpty(c.Notes),
	}
	name := func(j *decide.Evaluation) *string {
		if j == nil {
			return nil
		}
		text := j.Policy.String()
		return &text
	}
	out.Static, out.Dynamic = name(c.Static), name(c.Dynamic)
	if n := c.SmallestStatic.Executors; n > 0 {
		out.LeastStatic = &n
	}
	for i := range c.Evaluations {
		j := &c.Evaluations[i]
		t := triedJSON{
			Policy: j.Policy.String(), Replays: j.Replicas, Of: j.Of, Elsewhere: toThousandths(j.OtherClassMisses),
			Turnaround: toThousandths(j.Turnaround), ExecutorSeconds: toThousandths(j.ExecutorSeconds), Problem: j.Problem,
		}
		if j.Of > 0 {
			misses := toThousandths(j.Misses.Value)
			t.Misses = &misses
			if !math.IsNaN(j.Misses.Low) {
				within := pair(j.Misses.Interval)
				t.Interval = &within
			}
		}
		out.Tried = append(out.Tried, t)
	}
	return out
}

// toThousandths keeps three digits after the point.
func toThousandths(v float64) float64 { return rounded(math.Round(1000*v) / 1000) }

func pair(i stats.Interval) [2]float64 {
	return [2]float64{toThousandths(i.Low), toThousandths(i.High)}
}
