package reports

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// A table with long names of policies still fits a terminal: names break after
// commas, and the numbers stay in the first line.
func TestLongNamesAreFolded(t *testing.T) {
	wide := table{left: 1, head: []string{"policy"}, rows: [][]string{{"spark,idle=10s,backlog=5s,shuffle=tracking"}, {"static,n=2"}}}
	for range 9 {
		wide.head = append(wide.head, "executor-h")
		wide.rows[0] = append(wide.rows[0], "1.25")
		wide.rows[1] = append(wide.rows[1], "2.5")
	}
	var b bytes.Buffer
	if err := wide.text(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > tableWidth {
			t.Errorf("%d letters: %s", n, line)
		}
	}
	if !strings.HasPrefix(lines[2], " spark,idle=10s,") || !strings.HasSuffix(lines[2], "1.25") || strings.TrimSpace(lines[3]) != "shuffle=tracking" && !strings.HasPrefix(lines[3], "   ") {
		t.Errorf("the name is not broken after a comma with its numbers beside it:\n%s", b.String())
	}
	if wide.rows[0][0] != "spark,idle=10s,backlog=5s,shuffle=tracking" {
		t.Error("folding changed the table itself, which Markdown shows, too")
	}
}
