package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
)

// A whyTeller writes down for one executor of each application that is shown
// why it was added, kept and removed.
type whyTeller struct {
	*textTeller
	executor policies.ExecutorID
	lives    []*life // by application; nil: it was never granted
}

// A life is the account of one executor while it lives.
type life struct {
	state string // what it is doing now
	since time.Duration
	spent map[string]time.Duration // by state
	order []string                 // of the states, as they came
	tasks int                      // that run
	ran   int                      // that have run
	freed time.Duration            // when it ended without being given back; -1: it did not
}

// turn begins another state.
func (l *life) turn(at time.Duration, state string) {
	if l.state != "" {
		if _, known := l.spent[l.state]; !known {
			l.order = append(l.order, l.state)
		}
		l.spent[l.state] += at - l.since
	}
	l.state, l.since = state, at
}

// executorNumber reads which executor is meant; negative if none is.
func executorNumber(text string) (int, error) {
	if text == "" {
		return -1, nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return -1, usagef("--why %s: expected the number of an executor, counted from 0 in each application", text)
	}
	return int(n), nil
}

func newWhyTeller(t *textTeller, executor int) *whyTeller {
	return &whyTeller{textTeller: t, executor: policies.ExecutorID(executor), lives: make([]*life, len(t.workload.Apps))}
}

// Observe follows the executor.
func (t *whyTeller) Observe(e replay.Event) {
	if !t.shown[e.App] {
		return
	}
	l := t.lives[e.App]
	switch e.Kind {
	case replay.AppEnded:
		if l != nil && l.freed == e.At {
			t.line(e, "the application ends, and it with it")
		}
		return
	case replay.AppSubmitted, replay.TargetChanged, replay.JobSubmitted, replay.JobEnded, replay.StageSubmitted, replay.StageEnded:
		return
	}
	if e.Executor != t.executor {
		return
	}
	switch e.Kind {
	case replay.ExecutorGranted:
		l = &life{spent: make(map[string]time.Duration), freed: -1}
		t.lives[e.App] = l
		t.line(replay.Event{At: e.When, App: e.App}, "asked for: "+added(e.Why))
		t.line(e, fmt.Sprintf("added: granted on node %d, after %s s in the manager's queue", e.Node, seconds(e.At-e.When)))
		l.turn(e.At, "starting")
	case replay.ExecutorUsable:
		t.line(e, fmt.Sprintf("takes tasks, after %s s of start-up", seconds(e.At-l.since)))
		l.turn(e.At, "idle")
	case replay.TaskStarted:
		if l.tasks == 0 && l.state != "leaving" {
			if l.state != "busy" {
				t.line(e, "runs tasks")
			}
			l.turn(e.At, "busy")
		}
		l.tasks++
	case replay.TaskEnded:
		l.tasks--
		l.ran++
	case replay.ExecutorKept:
		t.line(e, t.kept(e))
		l.turn(e.At, e.Why.String())
	case replay.ExecutorReleased:
		t.line(e, "removed: "+e.Why.String())
		l.turn(e.At, "leaving")
	case replay.ExecutorFreed:
		if l.state != "leaving" {
			l.freed = e.At
		}
		l.turn(e.At, "")
	case replay.ExecutorRemoved:
		if l.freed >= 0 {
			t.line(e, fmt.Sprintf("lost, as its driver learns: it ended at %s, and nobody had given it back", clock(l.freed)))
		}
	}
}

// line writes one line of the story.
func (t *whyTeller) line(e replay.Event, text string) {
	fmt.Fprintf(t.out, "%s  %-*s  executor %s  %s\n", clock(e.At), t.width, t.who(int(e.App)), t.executor, text)
}

// added says which decision of the policy asked for an executor.
func added(why policies.Reason) string {
	text := why.String()
	if why.Step > 0 {
		text += fmt.Sprintf("; this round of the ramp could add %d", why.Step)
	}
	if why.Need > 0 {
		text += fmt.Sprintf("; %d were needed for all tasks", why.Need)
	}
	return text
}

// kept says what keeps the executor while it is idle.
func (t *whyTeller) kept(e replay.Event) string {
	text := "kept: " + e.Why.String()
	if e.Why.Cause == policies.HeldLiveShuffle {
		if e.Job >= 0 {
			text += fmt.Sprintf(", job %d", t.workload.Apps[e.App].Jobs[e.Job].ID)
		} else {
			text += ", just written"
		}
	}
	if e.When != policies.Never {
		text += ", until " + clock(e.When)
	}
	return text
}

// end sums up how each of the executors spent its time.
func (t *whyTeller) end(*replay.Result) error {
	fmt.Fprintln(t.out)
	columns := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	found := false
	for app, l := range t.lives {
		if l == nil {
			continue
		}
		found = true
		var held time.Duration
		var parts []string
		for _, state := range l.order {
			held += l.spent[state]
			if l.spent[state] > 0 {
				parts = append(parts, fmt.Sprintf("%s %s s", state, seconds(l.spent[state])))
			}
		}
		fmt.Fprintf(columns, "%s\texecutor %s\theld %s s: %s; %d tasks\n", t.who(app), t.executor, seconds(held), strings.Join(parts, ", "), l.ran)
	}
	columns.Flush()
	if !found {
		return fmt.Errorf("no application that is shown was granted an executor %s; they are counted from 0 in each", t.executor)
	}
	return nil
}
