package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench/selfreplay"
	"dynalloc/replay"
	"dynalloc/traces"
)

// limits are what --limit can change: bounds of the work for one application, in counts
// and never in seconds, so that the same input gives the same result on every machine.
var limits = []struct {
	name string
	doc  string
	most int
	set  func(c *replay.Config, n int)
}{
	{"events", fmt.Sprintf("events of one application, besides %d for each of its tasks, stages and jobs (default %d)", replay.EventsPerTask, replay.DefaultMostEvents),
		1_000_000_000_000, func(c *replay.Config, n int) { c.MostEvents = n }},
}

// limitFlags are the limits that a user sets.
type limitFlags struct{ given []func(*replay.Config) }

func (l *limitFlags) addFlags(cmd *cobra.Command) {
	var docs, names []string
	for _, limit := range limits {
		docs, names = append(docs, limit.name+": "+limit.doc), append(names, limit.name+"=")
	}
	addParsed(cmd, "limit", "", "change a `limit`, as in events=50000000. Applications beyond it are left out by name. "+strings.Join(docs, "; ")+"; repeatable", "", func(text string) (string, error) {
		name, value, _ := strings.Cut(text, "=")
		for _, limit := range limits {
			if name != limit.name {
				continue
			}
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > limit.most {
				return "", fmt.Errorf("expected %s=N with a whole number from 1 to %d", name, limit.most)
			}
			l.given = append(l.given, func(c *replay.Config) { limit.set(c, n) })
			return text, nil
		}
		return "", fmt.Errorf("expected one of %s with a number", strings.Join(names, ", "))
	})
	complete(cmd, "limit", names...)
}

func (l *limitFlags) configure(c *replay.Config) {
	for _, set := range l.given {
		set(c)
	}
}

// selfReplays are the options of self-replays with the user's limits.
func (l *limitFlags) selfReplays(cmd *cobra.Command) selfreplay.Options {
	var c replay.Config
	l.configure(&c)
	return selfreplay.Options{Watch: stopWith(cmd.Context()), MostEvents: c.MostEvents}
}

// beyondLimits is what a command says of a self-replay of a log that cannot be done; empty:
// nothing.
func beyondLimits(a *traces.Application, e *selfreplay.Error) []string {
	var beyond *replay.AppError
	if !errors.As(e.Failed, &beyond) {
		return nil
	}
	return []string{fmt.Sprintf("%s: no self-replay: %v", a.Path, beyond)}
}
