package policies

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// scenario is an event script without expectations: its first line is the
// policy, the slots of each profile and when it ends, and what is seen at every
// tick is the answer to it. Ticks come every 100 ms, after what happens at the
// same time.
type scenario struct {
	id    string
	lines []string
}

// writeTo writes the scenario as an event script has it.
func (s scenario) writeTo(b *strings.Builder) {
	b.WriteString("== " + s.id + "\n")
	for _, line := range s.lines {
		b.WriteString(line + "\n")
	}
}

func (s scenario) String() string {
	var b strings.Builder
	s.writeTo(&b)
	return b.String()
}

// answers plays the scenario through the policy, and says what Script.java
// says of Spark: what can be seen after a tick if that is new. With every, the
// policy is asked at every tick; otherwise only when it has to be, as a replay
// does, and what can be seen must come to the same.
func (s scenario) answers(t *testing.T, every bool, q *quirks) []string {
	p := script{t: t, file: s.id, quirks: q}
	p.at = s.lines[0]
	words := strings.Fields(s.lines[0])
	p.start(words[:2])
	until := p.time(strings.TrimPrefix(words[2], "until="))
	var (
		lines       []string
		shown, seen []byte
		next        time.Duration
		disturbed   = true
	)
	ticks := func(last time.Duration) {
		for ; next <= last; next += Interval {
			p.now, p.removed = next, p.removed[:0]
			if every || disturbed || p.wake <= next {
				p.tick()
				disturbed = false
			}
			seen = p.sight(seen[:0])
			if p.requests == 0 && slices.Equal(seen, shown) {
				continue
			}
			shown = append(shown[:0], seen...)
			line := seconds(next) + " " + string(seen)
			if p.requests > 0 {
				line += " requests=" + strconv.Itoa(p.requests) + " asked=" + p.asked
			}
			if len(p.removed) > 0 {
				line += " removed=" + strings.Join(p.removed, ",")
			}
			lines = append(lines, line)
			p.requests = 0
		}
	}
	p.requests = 0 // the first request comes before the first tick
	for _, line := range s.lines[1:] {
		words := strings.Fields(line)
		p.at = line
		at := p.time(words[0])
		ticks(at - 1)
		p.now = at
		p.event(words[1], words[2:])
		disturbed = true
	}
	ticks(until)
	return append(lines, "losses="+p.look("losses")+" unknown="+p.look("registered.unknown"))
}

// ticks is how many ticks the scenario has.
func (s scenario) ticks() int {
	_, until, _ := strings.Cut(s.lines[0], "until=")
	n, _ := strconv.Atoi(until)
	return n*10 + 1
}

// tick asks the policy, and event tells it something; both let the quirks
// that come of it be counted.
func (s *script) tick() {
	if s.quirks == nil {
		s.wake = s.policy.Tick(s.now)
		return
	}
	s.quirks.beforeTick(s)
	s.wake = s.policy.Tick(s.now)
	s.quirks.afterTick(s)
}

func (s *script) event(verb string, words []string) {
	if s.quirks == nil {
		s.do(verb, words)
		return
	}
	s.quirks.beforeEvent(s, verb, words)
	s.do(verb, words)
	s.quirks.afterEvent(s, verb, words)
}

// sight appends what can be seen of the policy.
func (s *script) sight(b []byte) []byte {
	p := s.policy
	for _, column := range []struct {
		name  string
		value func(profile int) int
	}{
		{"target=", func(i int) int { return p.targets()[i].n }},
		{" step=", func(i int) int { return p.targets()[i].step }},
		{" registered=", func(i int) int { return p.monitor.profiles[i+1].registered }},
		{" leaving=", func(i int) int {
			return p.monitor.profiles[i+1].pendingRemoval + p.monitor.profiles[i+1].decommissioning
		}},
	} {
		b = append(b, column.name...)
		for i := range p.targets() {
			if i > 0 {
				b = append(b, ',')
			}
			if p.targets()[i].known {
				b = strconv.AppendInt(b, int64(column.value(i)), 10)
			} else {
				b = append(b, '-')
			}
		}
	}
	b = append(b, " timer="...)
	if p.addTime == Never {
		return append(b, "unset"...)
	}
	return append(b, seconds(p.addTime)...)
}

// seconds writes whole milliseconds as seconds, without a rounding error.
func seconds(at time.Duration) string {
	text := strconv.FormatInt(at.Milliseconds(), 10)
	text = strings.Repeat("0", max(0, 4-len(text))) + text
	whole, part := text[:len(text)-3], strings.TrimRight(text[len(text)-3:], "0")
	if part == "" {
		return whole
	}
	return whole + "." + part
}

func (s *script) time(text string) time.Duration {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.t.Fatalf("%s: %q: want a time in seconds", s.file, text)
	}
	return time.Duration(seconds*1000+0.5) * time.Millisecond
}

// parseScenarios reads scenarios, or the answers to them, as they are written.
func parseScenarios(text string) []scenario {
	var all []scenario
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if id, found := strings.CutPrefix(line, "== "); found {
			all = append(all, scenario{id: id})
		} else if line != "" && line != "." {
			last := &all[len(all)-1]
			last.lines = append(last.lines, line)
		}
	}
	return all
}
