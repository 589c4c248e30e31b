package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A choice is a flag whose value is one of a few words.
type choice struct {
	value string
	words []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.words, "|") }
func (c *choice) Set(text string) error {
	if !slices.Contains(c.words, text) {
		return fmt.Errorf("expected one of %s", strings.Join(c.words, ", "))
	}
	c.value = text
	return nil
}

// addChoice adds a choice to a command, with completion. An empty value is the
// default of an optional choice.
func addChoice(cmd *cobra.Command, name, value, usage string, words ...string) *choice {
	c := &choice{value: value, words: words}
	cmd.Flags().Var(c, name, usage)
	complete(cmd, name, words...)
	return c
}

// complete offers fixed values of a flag to the shell.
func complete(cmd *cobra.Command, flag string, words ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
	if err != nil {
		panic(err) // the flag does not exist: an error in this package
	}
}

// A moment is a flag that holds a point in time.
type moment struct{ time.Time }

// The accepted forms of a moment. Without a zone it is UTC, as in Spark's logs and
// history server.
var momentForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

func (m *moment) String() string {
	if m.IsZero() {
		return ""
	}
	return m.Format(time.RFC3339)
}
func (m *moment) Type() string { return "time" }
func (m *moment) Set(text string) error {
	for _, form := range momentForms {
		if t, err := time.Parse(form, text); err == nil {
			m.Time = t
			return nil
		}
	}
	return fmt.Errorf("expected a time such as 2026-03-31, 2026-03-31T08:00 or 2026-03-31T08:00:00+02:00")
}
