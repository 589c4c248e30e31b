// Package sweeps has the report of a sweep.
package sweeps

import (
	"fmt"
	"io"
	"strconv"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sweep"
	"dynalloc/reports"
	"dynalloc/reports/pictures"
	"dynalloc/reports/words"
)

// A setting is the groups that share a load and a window.
type setting struct {
	load   float64
	window string
	groups []*sweep.Group
}

func (s *setting) String() string {
	return fmt.Sprintf("load %s, window %s", sweep.Load(s.load), s.window)
}

// Document is the report of a complete sweep: the headline metrics of each policy, as means
// over replicas and seeds, with a table and a picture for each load and window.
func Document(f *sweep.Folder) (*reports.Document, error) {
	summary, err := f.Summary()
	if err != nil {
		return nil, err
	}
	m := &summary.Manifest
	d := &reports.Document{
		Schema: "dynalloc.sweep/1",
		Title:  fmt.Sprintf("Sweep of %s", words.Plural(m.Cells, "cell")),
		Facts: []reports.Fact{
			{Key: "cells", Value: m.Cells}, {Key: "results", Value: m.Results}, {Key: "inputs", Value: m.Inputs}, {Key: "sha256", Value: m.SHA256},
		},
		Files:    reports.Files{Report: "sweep", Results: "sweep"},
		Attached: []reports.Figure{{File: "sweep.bench", Doc: "the results for benchstat", Draw: f.WriteBenchmarks}},
	}
	if missing := m.Cells - m.Results; missing > 0 {
		d.Summary = append(d.Summary, fmt.Sprintf("%s of %d have no result: they could not be replayed.", words.Plural(missing, "cell"), m.Cells))
	}
	d.Summary = append(d.Summary, "Values are means over replicas and seeds, with half of their 95 % interval. It is about chance in one workload, not about other days. At a load other than 1 it is over seeds, each of which copies or leaves out other applications.")
	var settings []*setting
	for _, g := range summary.Groups {
		if n := len(settings); n == 0 || settings[n-1].load != g.Load || settings[n-1].window != g.Window {
			settings = append(settings, &setting{load: g.Load, window: g.Window})
		}
		s := settings[len(settings)-1]
		s.groups = append(s.groups, g)
	}
	for i, s := range settings {
		d.Sections = append(d.Sections, reports.Section{Key: "setting_" + strconv.Itoa(i+1), Heading: "Policies at " + s.String(), Blocks: []reports.Block{table(s)}})
		d.Figures = append(d.Figures, reports.Figure{
			File: fmt.Sprintf("tradeoff-%d.png", i+1), Doc: "misses against executor-hours at " + s.String(), Draw: func(w io.Writer) error { return tradeOff(w, s) },
		})
	}
	d.Records = func() *reports.Table { return records(summary.Groups) }
	return d, nil
}

// table has a row for each policy of a setting.
func table(s *setting) *reports.Table {
	t := &reports.Table{Key: "policies", Left: 1, Columns: []reports.Column{{Head: "policy", Key: "policy"}, {Head: "results", Key: "results"}}}
	for _, name := range metrics.Headline {
		t.Columns = append(t.Columns, reports.Column{Head: metrics.Named(name).Label + "\n" + string(metrics.Named(name).Unit), Key: name})
	}
	for _, g := range s.groups {
		row := []reports.Cell{{Text: g.Policy, Value: g.Policy}, {Text: strconv.Itoa(g.Results), Value: g.Results}}
		for _, name := range metrics.Headline {
			row = append(row, cell(g, name))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// cell is a mean, with half of its interval if there is one.
func cell(g *sweep.Group, name string) reports.Cell {
	e, unit := g.Metric(name), metrics.Named(name).Unit
	if !words.Finite(e.Value) {
		return reports.Cell{}
	}
	if unit == metrics.Count {
		unit = metrics.Times // a mean of counts is no whole number
	}
	text := words.Number(e.Value, unit)
	if half := (e.High - e.Low) / 2; words.Finite(half) && half > 0 {
		text += " ± " + words.Number(half, unit)
	}
	return reports.Cell{Text: text, Value: words.Rounded(e.Value)}
}

// records has a row for each group and metric.
func records(groups []*sweep.Group) *reports.Table {
	t := &reports.Table{}
	for _, name := range []string{"policy", "load", "window", "results", "metric", "unit", "mean", "low", "high"} {
		t.Columns = append(t.Columns, reports.Column{Key: name, Hidden: true})
	}
	for _, g := range groups {
		for i := range metrics.Table {
			e := g.Metrics[i]
			if !words.Finite(e.Value) {
				continue
			}
			row := []reports.Cell{{Value: g.Policy}, {Value: g.Load}, {Value: g.Window}, {Value: g.Results}, {Value: metrics.Table[i].Name}, {Value: string(metrics.Table[i].Unit)}, {Value: words.Rounded(e.Value)}, {}, {}}
			if words.Finite(e.Low) {
				row[7].Value, row[8].Value = words.Rounded(e.Low), words.Rounded(e.High)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func tradeOff(w io.Writer, s *setting) error {
	var means []pictures.Mean
	deadlines := 0.0
	for _, g := range s.groups {
		deadlines = max(deadlines, g.Metric("with_deadline").Value)
		means = append(means, pictures.Mean{Policy: g.Policy, Hours: g.Metric("executor_hours_held").Value, Misses: g.Metric("sla_misses").Value, Base: g.Policy == bench.RecordedFleet().Name})
	}
	return pictures.TradeOffOfMeans(w, means, deadlines, s.String())
}
