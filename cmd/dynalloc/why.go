package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// A lifeWriter writes for one executor of each shown application why it was added,
// kept and removed.
type lifeWriter struct {
	*textWriter
	executor policies.ExecutorID
	lives    []*life // by application; nil: it was never granted
}

// A life is what is known of one executor so far.
type life struct {
	state string // its current state
	since time.Duration
	spent map[string]time.Duration // by state
	order []string                 // of the states, by first occurrence
	tasks int                      // running
	ran   int                      // finished
	freed time.Duration            // when it ended without being given back; -1: it was given back or still runs
}

// enter changes the state.
func (l *life) enter(at time.Duration, state string) {
	if l.state != "" {
		if _, known := l.spent[l.state]; !known {
			l.order = append(l.order, l.state)
		}
		l.spent[l.state] += at - l.since
	}
	l.state, l.since = state, at
}

// parseExecutor parses the number of an executor.
func parseExecutor(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, errors.New("expected the number of an executor, counted from 0 in each application")
	}
	return int(n), nil
}

func newLifeWriter(t *textWriter, executor int) *lifeWriter {
	return &lifeWriter{textWriter: t, executor: policies.ExecutorID(executor), lives: make([]*life, len(t.workload.Apps))}
}

// Observe writes what an event changes for the executor.
func (t *lifeWriter) Observe(e replay.Event) {
	if !t.shown[e.App] {
		return
	}
	l := t.lives[e.App]
	switch e.Kind {
	case replay.AppEnded:
		if l != nil && l.freed == e.At {
			t.line(e, "removed when the application ended")
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
		t.line(replay.Event{At: e.When, App: e.App}, "requested: "+added(e.Why))
		t.line(e, fmt.Sprintf("added: granted on node %d, after %s s in the manager's queue", e.Node, seconds(e.At-e.When)))
		l.enter(e.At, "starting")
	case replay.ExecutorUsable:
		t.line(e, fmt.Sprintf("accepts tasks, after %s s of start-up", seconds(e.At-l.since)))
		l.enter(e.At, "idle")
	case replay.TaskStarted:
		if l.tasks == 0 && l.state != "leaving" {
			if l.state != "busy" {
				t.line(e, "runs tasks")
			}
			l.enter(e.At, "busy")
		}
		l.tasks++
	case replay.TaskEnded:
		l.tasks--
		l.ran++
	case replay.ExecutorKept:
		t.line(e, t.kept(e))
		l.enter(e.At, e.Why.String())
	case replay.ExecutorReleased:
		t.line(e, "removed: "+e.Why.String())
		l.enter(e.At, "leaving")
	case replay.ExecutorFreed:
		if l.state != "leaving" {
			l.freed = e.At
		}
		l.enter(e.At, "")
	case replay.ExecutorRemoved:
		if l.freed >= 0 {
			t.line(e, fmt.Sprintf("lost: it ended at %s without being given back, and its driver notices now", clock(l.freed)))
		}
	}
}

// line writes one line.
func (t *lifeWriter) line(e replay.Event, text string) {
	fmt.Fprintf(t.out, "%s  %-*s  executor %s  %s\n", clock(e.At), t.width, t.who(int(e.App)), t.executor, text)
}

// added describes the decision of the policy that requested an executor.
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

// kept describes what keeps the executor while it is idle.
func (t *lifeWriter) kept(e replay.Event) string {
	text := "kept: " + e.Why.String()
	if e.Why.Cause == policies.HeldLiveShuffle {
		if e.Job >= 0 {
			text += fmt.Sprintf(", job %d", t.workload.Apps[e.App].Jobs[e.Job].ID)
		} else {
			text += ", just written"
		}
	}
	if ends(e) {
		text += ", until " + clock(e.When)
	}
	return text
}

// ends reports whether what keeps an executor ends by itself. A timeout that is longer
// than any application lasts, such as Spark's default for cached data of 2,147,483,647 s,
// does not.
func ends(e replay.Event) bool { return e.When-e.At < traces.MaxLength }

// end shows how each of the executors spent its time.
func (t *lifeWriter) end(*replay.Result) error {
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
		return fmt.Errorf("none of the shown applications was granted executor %s; executors are counted from 0 in each application", t.executor)
	}
	return nil
}
