package sla

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Basis is what a deadline is counted from or computed from.
type Basis string

// The bases of deadlines.
const (
	Within   Basis = "within"   // a time after submission
	AtTime   Basis = "at"       // the next time of day in a time zone
	NextRun  Basis = "next"     // before the next run of the same program is submitted
	Alone    Basis = "alone"    // a factor times the turnaround alone on the idle cluster under the base policy
	Critical Basis = "critical" // a factor times the critical path
	History  Basis = "history"  // a factor times the 95 % quantile of the recorded runs of the same program
	None     Basis = "none"     // no deadline
)

// historyQuantile is the quantile of the recorded runs that History uses.
const historyQuantile = 0.95

// A DeadlineRule is the rule from which the deadline of an application or a query is
// computed.
type DeadlineRule struct {
	Basis  Basis
	Within time.Duration  // of Within, more than 0
	Clock  time.Duration  // of AtTime: time of day, below 24 h
	Zone   *time.Location // of AtTime
	Factor float64        // of Alone, Critical and History, more than 0
}

// ruleForms lists the forms of a deadline, for errors.
const ruleForms = "a duration such as 90s, 15m or 1h30m, a time of day with its zone such as 06:00 Europe/Berlin, next, alone=1.5, critical=3, history=1.2 or none"

// ParseDeadlineRule reads a deadline: "90s", "06:00 Europe/Berlin", "next", "alone=1.5",
// "critical=3", "history=1.2", "none". An error says what was expected.
func ParseDeadlineRule(text string) (DeadlineRule, error) {
	switch basis := Basis(text); basis {
	case NextRun, None:
		return DeadlineRule{Basis: basis}, nil
	}
	if key, value, found := strings.Cut(text, "="); found {
		basis := Basis(strings.TrimSpace(key))
		factor, err := parseFactor(value)
		if !basis.takesFactor() || err != nil {
			return DeadlineRule{}, badRule(text)
		}
		return DeadlineRule{Basis: basis, Factor: factor}, nil
	}
	if clock, zone, found := strings.Cut(text, " "); found {
		at, err := parseClock(clock)
		if err != nil {
			return DeadlineRule{}, badRule(text)
		}
		location, err := loadZone(strings.TrimSpace(zone))
		return DeadlineRule{Basis: AtTime, Clock: at, Zone: location}, err
	}
	if _, err := parseClock(text); err == nil {
		return DeadlineRule{}, fmt.Errorf("the time of day %s needs a time zone, as in %s Europe/Berlin or %s UTC", text, text, text)
	}
	within, err := time.ParseDuration(text)
	if err != nil || within < time.Millisecond {
		return DeadlineRule{}, badRule(text)
	}
	return DeadlineRule{Basis: Within, Within: within.Truncate(time.Millisecond)}, nil
}

func badRule(text string) error {
	return fmt.Errorf("a deadline must be %s, not %q", ruleForms, text)
}

// takesFactor reports whether a basis is multiplied by a factor.
func (b Basis) takesFactor() bool { return b == Alone || b == Critical || b == History }

func parseFactor(text string) (float64, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(f > 0) || f > 1e6 {
		return 0, strconv.ErrSyntax
	}
	return f, nil
}

func parseClock(text string) (time.Duration, error) {
	for _, form := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(form, text); err == nil {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second, nil
		}
	}
	return 0, strconv.ErrSyntax
}

// loadZone finds a time zone. It refuses the machine's local zone, because a file must
// have the same meaning on every machine.
func loadZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone; expected a name such as Europe/Berlin, America/New_York or UTC", name)
	}
	return zone, nil
}

func (d DeadlineRule) String() string {
	switch d.Basis {
	case Within:
		return d.Within.String()
	case AtTime:
		return time.Time{}.Add(d.Clock).Format("15:04:05") + " " + d.Zone.String()
	case Alone, Critical, History:
		return fmt.Sprintf("%s=%g", d.Basis, d.Factor)
	}
	return string(d.Basis)
}

// Multiple is a factor times a reference, in whole milliseconds.
func Multiple(factor float64, reference time.Duration) time.Duration {
	return time.Duration(math.Min(factor*float64(reference), math.MaxInt64/2)).Truncate(time.Millisecond)
}

// nextClock is the first instant after a time at which the clock of a zone shows a time
// of day. If daylight saving skips that time, it is the instant of the change; if the
// time occurs twice, it is the first occurrence.
func nextClock(after time.Time, clock time.Duration, zone *time.Location) time.Time {
	const day = 24 * time.Hour
	// until is the time from the clock time at an instant to the wanted time of day.
	until := func(at time.Time, offset int) time.Duration {
		shown := time.Duration(at.UnixNano()%int64(day)) + time.Duration(offset)*time.Second
		return ((clock-shown)%day + day) % day
	}
	for at := after.Add(1); ; { // through the periods in which the zone's offset from UTC is constant
		_, offset := at.In(zone).Zone()
		_, end := at.In(zone).ZoneBounds()
		found := at.Add(until(at, offset))
		if end.IsZero() || found.Before(end) {
			return found
		}
		_, next := end.In(zone).Zone()
		if skipped := time.Duration(next-offset) * time.Second; until(end, offset) < skipped {
			return end
		}
		at = end
	}
}

// A SlackRule is the deadline of every application that no line of a file matches: a
// factor times a reference. The middle factor sets the deadlines; reports also show the
// misses at the others.
type SlackRule struct {
	Of      Basis     // Alone, Critical or History
	Factors []float64 // ascending
}

// DefaultSlack is the slack rule if none is given. Its factors, from tight to generous,
// are a convention of this program.
var DefaultSlack = SlackRule{Of: Alone, Factors: []float64{1.2, 1.5, 2, 3}}

// Headline is the factor that sets the deadlines: the middle one, or the smaller of the
// two middle ones. It is 0 if there is no slack rule.
func (s SlackRule) Headline() float64 {
	if len(s.Factors) == 0 {
		return 0
	}
	return s.Factors[(len(s.Factors)-1)/2]
}

// ParseSLA reads the deadline of every application: a slack rule such as "alone",
// "critical=1.5,2,3" or "history=1.2", else a deadline as in ParseDeadlineRule, which
// is returned as the only line of Deadlines. An error states what was expected.
func ParseSLA(text string) (SlackRule, Deadlines, error) {
	key, value, given := strings.Cut(text, "=")
	basis := Basis(strings.TrimSpace(key))
	if !basis.takesFactor() {
		due, err := ParseDeadlineRule(strings.TrimSpace(text))
		if err != nil {
			return SlackRule{}, nil, err
		}
		return SlackRule{}, Deadlines{{Match: Match{Name: "*"}, DeadlineRule: due, File: "--sla"}}, nil
	}
	s := SlackRule{Of: basis, Factors: DefaultSlack.Factors}
	if given {
		s.Factors = nil
		for word := range strings.SplitSeq(value, ",") {
			factor, err := parseFactor(word)
			if err != nil {
				return SlackRule{}, nil, fmt.Errorf("%s: expected factors above 0, as in %s=1.2,1.5,2, found %q", text, basis, strings.TrimSpace(word))
			}
			s.Factors = append(s.Factors, factor)
		}
		slices.Sort(s.Factors)
		s.Factors = slices.Compact(s.Factors)
	}
	return s, nil, nil
}

// reference names in words what the factors multiply.
func (b Basis) reference() string {
	switch b {
	case Critical:
		return "the critical path"
	case History:
		return "the 95 % quantile of the recorded runs of the same program"
	}
	return "the run alone on the idle cluster under its recorded settings"
}

// Times describes the slack in a heading: "so many times the critical path".
func (b Basis) Times() string { return "so many times " + b.reference() }

// String is the slack in words.
func (s SlackRule) String() string { return fmt.Sprintf("%g x %s", s.Headline(), s.Of.reference()) }
