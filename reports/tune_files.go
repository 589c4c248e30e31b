package reports

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"dynalloc/bench/decide"
	"dynalloc/bench/stats"
)

// TuneSchema names the form of the JSON report of a search. The number after the
// slash grows when a reader of the old form would misread the new one.
const TuneSchema = "dynalloc.tune/1"

// The types below are that report, field for field; null is a value that does
// not exist.
type (
	tuneJSON struct {
		Schema        string      `json:"schema"`
		Workload      string      `json:"workload"`
		Cluster       clusterJSON `json:"cluster"`
		Seed          uint64      `json:"seed"`
		DeadlineBasis string      `json:"deadline_basis"`
		MissRate      float64     `json:"miss_rate"`
		Slower        float64     `json:"slower"`
		Replicas      int         `json:"replicas"`
		Tried         int         `json:"tried"`
		Replays       float64     `json:"replays"`
		GridReplays   float64     `json:"grid_replays"`
		Interrupted   bool        `json:"interrupted"`
		Chosen        *int        `json:"chosen"`
		Fleets        []tunedJSON `json:"fleets"`
		Recorded      tunedJSON   `json:"recorded"`
		Hindsight     []tunedJSON `json:"hindsight"`
		Bounds        struct {
			Misses          float64 `json:"misses"`
			ExecutorSeconds float64 `json:"executor_seconds"`
		} `json:"lower_bounds"`
		Warnings []string `json:"warnings"`
	}
	tunedJSON struct {
		Fleet           string       `json:"fleet"`
		Deployable      bool         `json:"deployable"`
		Classes         []classJSON  `json:"classes"`
		Misses          float64      `json:"misses"`
		Of              float64      `json:"of"`
		MissRate        *float64     `json:"miss_rate"`
		MissRateWithin  *[2]*float64 `json:"miss_rate_interval"`
		ExecutorSeconds float64      `json:"executor_seconds"`
		Saved           *float64     `json:"saved_share"`
		SavedWithin     *[2]*float64 `json:"saved_share_interval"`
		Slower          float64      `json:"slower_share"`
		Keeps           bool         `json:"keeps_goal"`
		Front           bool         `json:"front"`
	}
	classJSON struct {
		Class  string `json:"class"`
		Policy string `json:"policy"`
		Conf   string `json:"conf"`
	}
)

// TuneJSON writes what a search found.
func TuneJSON(w io.Writer, t *decide.TuneResult) error {
	out := tuneJSON{
		Schema: TuneSchema, Workload: t.Suite.Workload.Name,
		Cluster: clusterJSON{t.Suite.Config.Cluster.String(), t.Suite.Config.Cluster.Assumed},
		Seed:    t.Suite.Config.Seed, DeadlineBasis: t.DeadlineBasis, MissRate: t.Tuning.MissRate, Slower: t.Tuning.MaxSlowdown,
		Replicas: t.Replicas, Tried: t.Candidates, Replays: t.Spent, GridReplays: t.Grid, Interrupted: t.Interrupted,
		Fleets: []tunedJSON{}, Recorded: tunedOf(&t.Base), Hindsight: []tunedJSON{}, Warnings: tuneNotes(t),
	}
	if t.Chosen >= 0 {
		out.Chosen = &t.Chosen
	}
	for i := range t.Fleets {
		out.Fleets = append(out.Fleets, tunedOf(&t.Fleets[i]))
	}
	for i := range t.Hindsight {
		out.Hindsight = append(out.Hindsight, tunedOf(&t.Hindsight[i]))
	}
	out.Bounds.Misses, out.Bounds.ExecutorSeconds = t.Bounds.Misses, 3600*t.Bounds.ExecutorHours
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(&out)
}

func tunedOf(f *decide.FleetResult) tunedJSON {
	out := tunedJSON{
		Fleet: f.Fleet.String(), Deployable: true, Classes: []classJSON{}, Misses: f.Misses, Of: f.Deadlines, MissRate: orNull(f.MissRate.Value), MissRateWithin: within(f.MissRate.Interval),
		ExecutorSeconds: 3600 * f.ExecutorHours, Saved: orNull(f.Saved.Value), SavedWithin: within(f.Saved.Interval),
		Slower: f.Slowdown, Keeps: f.MeetsGoal, Front: f.OnFront,
	}
	for k, rule := range f.Fleet.Rules {
		out.Deployable = out.Deployable && rule.Spec.Deployable()
		class := classJSON{Class: rule.Pattern, Policy: rule.Spec.String()}
		if k < len(f.Conf) { // the base has none
			class.Conf = f.Conf[k]
		}
		out.Classes = append(out.Classes, class)
	}
	return out
}

func within(i stats.Interval) *[2]*float64 {
	if !finite(i.Low) || !finite(i.High) {
		return nil
	}
	return &[2]*float64{orNull(i.Low), orNull(i.High)}
}

// TuneCSV writes a line for each fleet of a search.
func TuneCSV(w io.Writer, t *decide.TuneResult) error {
	out := csv.NewWriter(w)
	head := []string{
		"workload", "cluster", "seed", "name", "what", "fleet", "misses", "of", "miss_rate", "miss_rate_low", "miss_rate_high",
		"executor_hours", "saved_share", "saved_low", "saved_high", "slower_share", "keeps_goal", "front",
	}
	if err := out.Write(head); err != nil {
		return err
	}
	row := func(name, what string, f *decide.FleetResult) error {
		return out.Write([]string{
			t.Suite.Workload.Name, t.Suite.Config.Cluster.String(), strconv.FormatUint(t.Suite.Config.Seed, 10), name, what, f.Fleet.String(),
			exact(f.Misses), exact(f.Deadlines), exact(f.MissRate.Value), exact(f.MissRate.Low), exact(f.MissRate.High),
			exact(f.ExecutorHours), exact(f.Saved.Value), exact(f.Saved.Low), exact(f.Saved.High), exact(f.Slowdown),
			strconv.FormatBool(f.MeetsGoal), strconv.FormatBool(f.OnFront),
		})
	}
	found, told := marks(t)
	if err := row("recorded", "recorded", &t.Base); err != nil {
		return err
	}
	for i := range t.Fleets {
		what := "fleet"
		if i == t.Chosen {
			what = "chosen"
		}
		if err := row(found[i], what, &t.Fleets[i]); err != nil {
			return err
		}
	}
	for i := range t.Hindsight {
		if err := row(told[i], "hindsight, not deployable", &t.Hindsight[i]); err != nil {
			return err
		}
	}
	bounds := []string{t.Suite.Workload.Name, t.Suite.Config.Cluster.String(), strconv.FormatUint(t.Suite.Config.Seed, 10), "lower bounds", "lower bounds", "", exact(t.Bounds.Misses)}
	bounds = append(bounds, "", "", "", "", exact(t.Bounds.ExecutorHours), "", "", "", "", "", "")
	if err := out.Write(bounds); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// TuneReports is every file of a search, in the order of writing.
var TuneReports = []Report[*decide.TuneResult]{
	{"tune.txt", "the answer, to read", TuneText},
	{"tune.json", "everything", TuneJSON},
	{"tune.csv", "every fleet that was judged", TuneCSV},
	{"front.png", "misses against executor-hours, with hindsight and the bounds", Front},
}

// orNull is a number for JSON; nil where it does not exist.
func orNull(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	return &v
}
