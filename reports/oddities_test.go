package reports

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/replay"
)

func set(r *metrics.Row, metric string, value float64) {
	i := slices.IndexFunc(metrics.Table, func(m metrics.Metric) bool { return m.Name == metric })
	r.Values[i] = value
}

// Where executors took shuffle files or cached blocks along, a table says what
// was done again; where none did, a sentence says that, and there is no table.
func TestWhatWasDoneAgain(t *testing.T) {
	const heading, sentence = "Lost with executors and done again", "nothing was calculated again"
	text := func(r *bench.Results) string {
		var b bytes.Buffer
		if err := Text(&b, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	r := lecture()
	if s := text(r); strings.Contains(s, heading) || !strings.Contains(s, sentence) {
		t.Errorf("nothing was lost, and the report says\n%s", s)
	}
	set(&r.Runs[1].All, "tasks_rerun", 17)
	set(&r.Runs[1].All, "recomputed", 4.25)
	s := text(r)
	if !strings.Contains(s, heading) || strings.Contains(s, sentence) {
		t.Errorf("tasks ran again, and the report says\n%s", s)
	}
	_, table, _ := strings.Cut(s, heading)
	table, _, _ = strings.Cut(table, "By class")
	if want := []string{"static-2", "0", "17", "4.2"}; !slices.ContainsFunc(strings.Split(table, "\n"), func(line string) bool {
		return slices.Equal(strings.Fields(line), want)
	}) {
		t.Errorf("the table has no line %q:\n%s", want, table)
	}
}

// A row without values is dashes in tables, and every report and picture bears it.
func TestARowWithoutValuesIsDashes(t *testing.T) {
	r := lecture()
	run := &r.Runs[2]
	run.Problem, run.Result, run.Timeline = "policy mixed: it does not end", &replay.Result{Policy: "mixed"}, &metrics.Timeline{All: metrics.Series{Step: firstPictureStep}}
	for _, row := range append([]metrics.Row{run.All}, run.ByClass...) {
		for i := range row.Values {
			row.Values[i] = math.NaN()
		}
	}
	var b bytes.Buffer
	if err := Text(&b, r); err != nil {
		t.Fatal(err)
	}
	want := append([]string{"mixed"}, slices.Repeat([]string{"-"}, len(overviewColumns))...)
	if !slices.ContainsFunc(strings.Split(b.String(), "\n"), func(line string) bool { return slices.Equal(strings.Fields(line), want) }) {
		t.Errorf("no row of dashes:\n%s", b.String())
	}
	for name, write := range map[string]func(io.Writer, *bench.Results) error{
		"Markdown": Markdown, "CSV": CSV, "JSON": JSON, "Executors": Executors, "Utilization": Utilization, "QueueWaits": QueueWaits, "TradeOff": TradeOff,
	} {
		if err := write(io.Discard, r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
