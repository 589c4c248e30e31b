package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"dynalloc/reports"
	"dynalloc/reports/words"
)

//go:embed page.md
var pageText string

// A page is docs/PERFORMANCE.md.
type page struct {
	results *results
	plan    *plan
	axes    []axis
	cases   []*profiled
	code    string // the commit that was measured
	start   time.Time
	took    time.Duration
	loads   [2]string // at the start and at the end
}

// notMeasured stands in tables for what was not measured.
const notMeasured = "not measured"

// write writes the page and its pictures.
func (p *page) write() error {
	page, err := template.New("page.md").Parse(pageText)
	if err != nil {
		return err
	}
	content := map[string]any{
		"Command": "make bench", "Rounds": words.Plural(p.plan.rounds, "round"), "Before": p.plan.before,
		"Noise": p.noise(), "Setup": p.setup(), "Bars": p.bars(), "Missed": p.missed(), "Cost": p.cost(), "Floor": p.floor(), "Peers": p.peers(), "Memory": p.memory(), "Comparing": p.comparing(),
		"Reading": p.reading(), "Parts": p.parts(),
	}
	if content["Growth"], err = p.growth(); err != nil {
		return err
	}
	content["Profiles"], content["Absent"] = p.profiles(), p.absent()
	var text bytes.Buffer
	if err := page.Execute(&text, content); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.plan.docs, "PERFORMANCE.md"), text.Bytes(), 0o644)
}

// table renders a table whose first columns have words.
func table(left int, heads []string, rows [][]string) string {
	t := &reports.Table{Left: left}
	for _, head := range heads {
		t.Columns = append(t.Columns, reports.Column{Head: head})
	}
	for _, row := range rows {
		var cells []reports.Cell
		for _, text := range row {
			cells = append(cells, reports.Cell{Text: text})
		}
		t.Rows = append(t.Rows, cells)
	}
	var b strings.Builder
	if err := reports.Markdown(&b, &reports.Document{Sections: []reports.Section{{Blocks: []reports.Block{t}}}}); err != nil {
		panic(err) // a Builder takes all that is written
	}
	return b.String()
}

func (p *page) setup() string {
	rows := [][]string{
		{"machine", fmt.Sprintf("%d processors, %s, %s", runtime.NumCPU(), processor(), system())},
		{"shared", fmt.Sprintf("other programs ran as well: the load was %s at the start and %s at the end", p.loads[0], p.loads[1])},
		{"Go", runtime.Version()},
		{"code", "commit " + p.code},
		{"date", p.start.UTC().Format("2006-01-02 15:04") + " UTC"},
		{"time", fmt.Sprintf("%v for the whole run", p.took.Round(time.Second))},
	}
	if p.plan.peers {
		rows = append(rows, []string{"peers", fmt.Sprintf("SimPy %s with %s; CloudSim Plus %s with %s", simpyVersion, firstLine("python3", "--version"), cloudsimVersion, firstLine("java", "-version"))})
	}
	return table(2, []string{"", ""}, rows)
}

// noise says how well the rounds agree.
func (p *page) noise() string {
	ns, ratio := p.results.noise("ns/event"), p.results.noise("x-bare")
	if math.IsNaN(ns) {
		return "With one round, nothing says how much a figure varies."
	}
	return fmt.Sprintf("For half of the benchmarks the rounds differ by more than %.0f %% in nanoseconds, and by more than %.0f %% in times bare.", 100*ns, 100*ratio)
}

// times writes a ratio.
func times(v float64, ok bool) string {
	if !ok {
		return notMeasured
	}
	return digits(v)
}

// digits writes a number with three digits, or all of its whole ones.
func digits(v float64) string {
	if v == 0 {
		return "0"
	}
	_, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e") // of ten, after rounding
	n, err := strconv.Atoi(power)
	if err != nil {
		return notMeasured // not a number
	}
	return thousandsOf(strconv.FormatFloat(v, 'f', max(0, 2-n), 64))
}

// thousandsOf puts commas into the whole part of a number.
func thousandsOf(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		return whole + "." + rest
	}
	return whole
}

func (p *page) cost() string {
	var rows [][]string
	for _, of := range []struct {
		title string
		axis  string
		size  int
	}{{"one application", "tasks", 1_000_000}, {"contended", "contended", 1000}} {
		for _, manager := range managers {
			for _, policy := range policies {
				name := point{of.axis, of.size, manager, policy}.name()
				row := []string{of.title, managerTitle(manager), policy}
				for _, unit := range []string{"ns/event", "bare-ns/event", "x-bare", "allocs/event"} {
					row = append(row, times(p.results.median(name, unit)))
				}
				rows = append(rows, row)
			}
		}
	}
	return table(3, []string{"work", "manager", "policy", "ns an event", "bare ns", "times bare", "allocations an event"}, rows)
}

// floor lists the bare queue by the number pending: the axis of executors has them all.
func (p *page) floor() string {
	var rows [][]string
	for _, size := range p.results.sizes("executors") {
		rows = append(rows, []string{thousands(size), times(p.results.median(point{"executors", size, managers[0], policies[0]}.name(), "bare-ns/event"))})
	}
	return table(0, []string{"pending", "bare ns an event"}, rows)
}

// memory lists the peak of the process that replays a workload, by its tasks.
func (p *page) memory() string {
	var rows [][]string
	for _, size := range p.results.sizes("tasks") {
		mb, ok := p.results.median(point{"tasks", size, managers[0], policies[0]}.name(), "peak-MB")
		rows = append(rows, []string{thousands(size), times(mb, ok), times(mb*1e6/float64(size), ok)})
	}
	return table(0, []string{"tasks", "peak, MB", "bytes for each task"}, rows)
}

func (p *page) comparing() string {
	var rows [][]string
	for _, of := range [][2]string{{"day", "built-in day"}, {"queues", "built-in queues"}, {"many-small", "many small"}} {
		row := []string{of[1]}
		for _, unit := range []string{"cpu-ms", "x-day", "peak-MB", "busy"} {
			row = append(row, times(p.results.median("Compare/workload="+of[0], unit)))
		}
		rows = append(rows, row)
	}
	return table(1, []string{"workload", "processor time, ms", "times the day", "peak, MB", "busy"}, rows)
}

// A grown is the part of the page about one axis.
type grown struct {
	Label, Doc, File, Table string
	Bar                     float64
}

func (p *page) growth() (parts []grown, err error) {
	setting := fmt.Sprintf("%s, %d processors, %s  ·  median of %s  ·  %s", processor(), runtime.NumCPU(), runtime.Version(), words.Plural(p.plan.rounds, "round"), p.start.UTC().Format("2006-01-02"))
	for i := range p.axes {
		a := &p.axes[i]
		if a.bar == 0 {
			continue // no axis
		}
		sizes := p.results.sizes(a.name)
		if len(sizes) == 0 {
			p.results.leaveOut(a.label, "no benchmark printed a result")
			continue
		}
		heads := []string{"manager", "policy"}
		for _, size := range sizes {
			heads = append(heads, a.sizeLabel(size))
		}
		var rows [][]string
		for _, manager := range managers {
			for _, policy := range policies {
				row := []string{managerTitle(manager), policy}
				for _, size := range sizes {
					row = append(row, times(p.results.median(point{a.name, size, manager, policy}.name(), "x-bare")))
				}
				_, costs := p.results.curve(a.name, manager, policy)
				rows = append(rows, append(row, times(rise(costs), len(costs) > 1), times(spread(costs), len(costs) > 1)))
			}
		}
		file := "performance-" + a.name + ".png"
		var picture bytes.Buffer
		if err := a.draw(&picture, p.results, setting); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(p.plan.docs, file), picture.Bytes(), 0o644); err != nil {
			return nil, err
		}
		parts = append(parts, grown{a.label, a.doc, file, table(2, append(heads, "rise", "spread"), rows), a.bar})
	}
	return parts, nil
}

func (p *page) peers() string {
	var rows [][]string
	for _, w := range []work{smallWork, largeWork} {
		for _, program := range []string{"dynalloc-static", "dynalloc-dynamic", "SimPy", "CloudSimPlus"} {
			name := fmt.Sprintf("Peers/program=%s/tasks=%s/slots=%s", program, w.tasks, w.slots)
			ns, ok := p.results.median(name, "ns/event")
			row := []string{thousandsOf(w.tasks) + " tasks, " + thousandsOf(w.slots) + " slots", program, times(ns, ok), times(1e3/ns, ok), times(p.results.median(name, "simulated-s"))}
			rows = append(rows, row)
		}
	}
	return table(2, []string{"work", "program", "ns an event", "million events a second", "simulated end, s"}, rows)
}

// readingLogs are the logs of the benchmarks of reading.
var readingLogs = []struct{ name, what string }{
	{"large", "one log of many tasks"}, {"stages", "one log of many stages"}, {"small", "300 small logs"},
}

func (p *page) reading() string {
	var rows [][]string
	for _, logs := range readingLogs {
		row := []string{logs.what}
		for _, unit := range []string{"text-MB/s", "bare-MB/s", "x-bare", "x-json"} {
			row = append(row, times(p.results.median("Reading/logs="+logs.name, unit)))
		}
		rows = append(rows, row)
	}
	return table(1, []string{"logs", "MB of text a second", "bare", "times bare", "encoding/json takes times"}, rows)
}

func (p *page) parts() string {
	heads := []string{"part"}
	rows := make([][]string, len(parts))
	for i, part := range parts {
		rows[i] = []string{part.name}
	}
	for _, c := range p.cases {
		if c.now == nil {
			continue
		}
		heads = append(heads, c.title)
		for i, share := range c.now.divided() {
			rows[i] = append(rows[i], fmt.Sprintf("%.0f %%", 100*share))
		}
	}
	return table(1, heads, rows)
}

// topFunctions are listed for each profile.
const topFunctions = 12

// A told is the part of the page about one profile.
type told struct{ Title, Text string }

func (p *page) profiles() (parts []told) {
	for _, c := range p.cases {
		if c.now == nil && c.before == nil {
			continue
		}
		own := func(c *cost, name string) string {
			if c == nil {
				return notMeasured
			}
			return digits(c.functions[name])
		}
		rows := [][]string{{"all", perEvent(c.now), perEvent(c.before)}}
		for _, name := range top(topFunctions, c.now, c.before) {
			rows = append(rows, []string{name, own(c.now, name), own(c.before, name)})
		}
		parts = append(parts, told{c.title, table(1, []string{"function", "now, ns an event", "before"}, rows)})
	}
	return parts
}

func perEvent(c *cost) string {
	if c == nil {
		return notMeasured
	}
	return digits(c.perEvent)
}

// absent lists what was not measured.
func (p *page) absent() string {
	if len(p.results.absent) == 0 {
		return "Everything was measured."
	}
	var rows [][]string
	for _, a := range p.results.absent {
		rows = append(rows, []string{a.what, a.why})
	}
	slices.SortFunc(rows, slices.Compare)
	return table(2, []string{"what", "why"}, rows)
}
