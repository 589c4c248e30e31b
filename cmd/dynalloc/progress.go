package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"dynalloc/bench"
)

// A progress is one line on a terminal that says what a command does, how far it is, how
// fast, and how much time is left. Elsewhere it prints nothing.
type progress struct {
	w    io.Writer // nil: no line of progress
	log  io.Writer // for what -v says; nil: nothing
	slow slowest   // what -v names as slow
	warn io.Writer // for warnings where neither says anything; nil: none are wanted
	// of says what so many units are about and take, for what is said before the start, and
	// what a user must know even where no progress is shown; nil: nothing.
	of    func(total int) (plan, warning string)
	last  bench.Progress
	what  string
	unit  string // of bench.Progress.Total
	began time.Time
	shown time.Time // when the line was last written; zero: never
}

// redrawn is the time between two writes of the line.
const redrawn = 200 * time.Millisecond

func newProgress(w io.Writer, quiet bool, what, unit string) *progress {
	p := &progress{what: what, unit: unit, began: time.Now()}
	if !quiet {
		p.warn = w
		if interactive(w) {
			p.w = w
		}
	}
	return p
}

// interactive reports whether w is a terminal of a person.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// Errors of writing to the terminal have no other place to be reported.

func (p *progress) set(now bench.Progress) {
	if p.last.Total == 0 {
		p.announce(now.Total)
	}
	p.last = now
	if p.w == nil || time.Since(p.shown) < redrawn {
		return
	}
	p.shown = time.Now()
	fmt.Fprintf(p.w, "\r%s\x1b[K", p.line(now, p.shown.Sub(p.began)))
}

// announce says before the start what will be done.
func (p *progress) announce(total int) {
	text := fmt.Sprintf("%s: %d %s", p.what, total, p.unit)
	warning := ""
	if p.of != nil {
		var plan string
		plan, warning = p.of(total)
		text += " of " + plan
	}
	switch {
	case p.log != nil:
		fmt.Fprintln(p.log, text)
	case p.w != nil && p.of != nil:
		fmt.Fprintln(p.w, text)
	case warning != "" && p.warn != nil:
		fmt.Fprintf(p.warn, "dynalloc: %s: %s\n", p.what, warning)
	}
}

// line is the text of the line after some time. The time left assumes that the rest is
// done as fast as what is done.
func (p *progress) line(now bench.Progress, after time.Duration) string {
	share := now.Done / float64(max(now.Total, 1))
	text := fmt.Sprintf("%s: %d of %d %s, %.0f %%", p.what, int(now.Done), now.Total, p.unit, 100*share)
	if after < time.Second || share == 0 {
		return text
	}
	if now.Tasks > 0 {
		text += fmt.Sprintf(", %s tasks/s", inThousands(float64(now.Tasks)/after.Seconds()))
	} else {
		text += fmt.Sprintf(", %.3g %s/s", now.Done/after.Seconds(), p.unit)
	}
	left := time.Duration(float64(after) * (1 - share) / share)
	return text + fmt.Sprintf(", %s left", left.Round(time.Second))
}

// end clears the line, so that later output starts on an empty one. With -v it says how
// long it took.
func (p *progress) end() {
	if !p.shown.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = time.Time{}
	}
	if p.log != nil && p.last.Total > 0 {
		fmt.Fprintf(p.log, "%s: %d %s took %s\n", p.what, int(p.last.Done), p.unit, time.Since(p.began).Round(time.Millisecond))
		if slow := p.slow.list(); slow != "" {
			fmt.Fprintf(p.log, "%s: most time took %s\n", p.what, slow)
		}
		p.last = bench.Progress{}
	}
}

// A slowest sums up how long parts took by their names, and says which took longest.
type slowest struct {
	mu    sync.Mutex
	times map[string]time.Duration
}

func (s *slowest) add(name string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times == nil {
		s.times = map[string]time.Duration{}
	}
	s.times[name] += took
}

// mostSlow is how many of the slowest parts are named.
const mostSlow = 5

// list has the slowest parts with their times.
func (s *slowest) list() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.SortedFunc(maps.Keys(s.times), func(x, y string) int { return cmp.Or(cmp.Compare(s.times[y], s.times[x]), cmp.Compare(x, y)) })
	var parts []string
	for _, name := range names[:min(mostSlow, len(names))] {
		parts = append(parts, fmt.Sprintf("%s %s", name, s.times[name].Round(time.Millisecond)))
	}
	return strings.Join(parts, ", ")
}

// inThousands writes a rate with a unit for thousands, millions or billions.
func inThousands(rate float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, " billion"}, {1e6, " million"}, {1e3, " thousand"}} {
		if rate >= unit.size {
			return fmt.Sprintf("%.3g%s", rate/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%.0f", rate)
}
