package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"dynalloc/bench"
	"dynalloc/bench/stats"
)

// GateText writes what changed between two result files for a terminal.
func GateText(w io.Writer, g *bench.Gate) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old: %s\nnew: %s\n", g.Old.Name, g.New.Name)
	fmt.Fprintf(&b, "fails on: more than %g misses more, or %g %% of executor-hours more%s\n\n", g.Options.Misses, 100*g.Options.Cost, beyondChance(g))
	t := table{left: 2, head: []string{"policy", "class", "misses\nold", "\nnew", "\nof", "more\nmisses", "executor-hours\nold", "\nnew", "more\n%", ""}}
	for i := range g.Lines {
		l := &g.Lines[i]
		class, mark := l.Class, ""
		if class == "" {
			class = "all"
			if i > 0 {
				t.breaks = append(t.breaks, i)
			}
		}
		if why := l.Worse(g.Options); len(why) > 0 {
			mark = "WORSE: " + strings.Join(why, ", ")
		}
		misses := []string{missing, missing, missing, missing}
		if l.Of > 0 {
			misses = []string{fmt.Sprint(l.OldMisses), fmt.Sprint(l.NewMisses), fmt.Sprint(l.Of), changed(g, l.MissDelta, l.MissesSignificant, 1)}
		}
		t.rows = append(t.rows, append(append([]string{l.Policy, class}, misses...),
			fmt.Sprintf("%.2f", l.OldHours), fmt.Sprintf("%.2f", l.NewHours), changed(g, l.CostDelta, l.CostSignificant, 100), mark))
	}
	if err := t.text(&b); err != nil {
		return err
	}
	fmt.Fprintln(&b)
	for _, note := range g.Notes {
		paragraph(&b, "- ", note)
	}
	if g.Failed() {
		fmt.Fprintln(&b, "Worse than it was.")
	} else {
		fmt.Fprintln(&b, "No worse than it was.")
	}
	_, err := b.WriteTo(w)
	return err
}

// beyondChance says what is held to be more than chance.
func beyondChance(g *bench.Gate) string {
	if g.Blocks.Unit == bench.ByReplica {
		return fmt.Sprintf("; %s are too few to tell chance from change", plural(len(g.Blocks.Of), "run"))
	}
	return fmt.Sprintf(", told from chance by 95 %% intervals over %s that hold together (~: nothing can be told)", g.Blocks)
}

// changed writes a difference with its interval.
func changed(g *bench.Gate, e stats.Estimate, told bool, unit float64) string {
	switch {
	case math.IsNaN(e.Value):
		return missing
	case e.Value == 0:
		return "0"
	case !told:
		return "~"
	case g.Blocks.Unit == bench.ByReplica:
		return noMinusZero(fmt.Sprintf("%+.3g", unit*e.Value))
	}
	return noMinusZero(fmt.Sprintf("%+.3g [%+.3g, %+.3g]", unit*e.Value, unit*e.Low, unit*e.High))
}

// GateSchema names the form of a gate in JSON, as Schema does of comparisons.
const GateSchema = "dynalloc.diff/1"

type (
	gateJSON struct {
		Schema string         `json:"schema"`
		Old    string         `json:"old"`
		New    string         `json:"new"`
		Misses float64        `json:"misses_let_pass"`
		Cost   float64        `json:"cost_share_let_pass"`
		Blocks string         `json:"blocks"`
		Worse  bool           `json:"worse"`
		Lines  []gateLineJSON `json:"lines"`
		Notes  []string       `json:"notes"`
	}
	gateLineJSON struct {
		Policy       string      `json:"policy"`
		Class        *string     `json:"class"`
		Of           int         `json:"of"`
		OldMisses    int         `json:"old_misses"`
		NewMisses    int         `json:"new_misses"`
		MoreWithin   *[2]float64 `json:"more_misses_interval"`
		MoreTold     bool        `json:"more_misses_told"`
		OldHours     float64     `json:"old_executor_hours"`
		NewHours     float64     `json:"new_executor_hours"`
		Dearer       *float64    `json:"more_cost_share"`
		DearerWithin *[2]float64 `json:"more_cost_interval"`
		DearerTold   bool        `json:"more_cost_told"`
		Worse        []string    `json:"worse"`
	}
)

// GateJSON writes the same as one object.
func GateJSON(w io.Writer, g *bench.Gate) error {
	out := gateJSON{
		Schema: GateSchema, Old: g.Old.Name, New: g.New.Name, Misses: g.Options.Misses, Cost: g.Options.Cost,
		Blocks: g.Blocks.String(), Worse: g.Failed(), Notes: orEmpty(g.Notes),
	}
	for i := range g.Lines {
		l := &g.Lines[i]
		line := gateLineJSON{
			Policy: l.Policy, Of: l.Of, OldMisses: l.OldMisses, NewMisses: l.NewMisses, MoreTold: l.MissesSignificant,
			OldHours: toThousandths(l.OldHours), NewHours: toThousandths(l.NewHours), DearerTold: l.CostSignificant, Worse: orEmpty(l.Worse(g.Options)),
		}
		if l.Class != "" {
			line.Class = &l.Class
		}
		if v := l.CostDelta.Value; finite(v) {
			v = rounded(v)
			line.Dearer = &v
		}
		if g.Blocks.Unit != bench.ByReplica {
			if l.Of > 0 && finite(l.MissDelta.Low) {
				within := pair(l.MissDelta.Interval)
				line.MoreWithin = &within
			}
			if finite(l.CostDelta.Low) {
				within := [2]float64{rounded(l.CostDelta.Low), rounded(l.CostDelta.High)}
				line.DearerWithin = &within
			}
		}
		out.Lines = append(out.Lines, line)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(out)
}
