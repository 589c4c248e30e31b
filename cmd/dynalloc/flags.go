package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A parsed is a flag whose text is parsed as soon as it is set, so that wrong usage
// is reported before anything is read.
type parsed[T any] struct {
	text  string
	value T
	kind  string
	parse func(text string) (T, error)
}

func (p *parsed[T]) String() string { return p.text }
func (p *parsed[T]) Type() string   { return p.kind }
func (p *parsed[T]) Set(text string) (err error) {
	p.value, err = p.parse(text)
	p.text = text
	return err
}

// given reports whether the flag has a value. It has none in a command without it.
func (p *parsed[T]) given() bool { return p != nil && p.text != "" }

// addParsed adds a flag to a command. An empty value is that of an optional flag
// that is not given. The kind is shown in the help, unless the usage names one.
func addParsed[T any](cmd *cobra.Command, name, value, usage, kind string, parse func(string) (T, error)) *parsed[T] {
	p := &parsed[T]{kind: kind, parse: parse}
	if value != "" {
		if err := p.Set(value); err != nil {
			panic(err) // a default that is not valid: an error in this package
		}
	}
	cmd.Flags().Var(p, name, usage)
	return p
}

// A choice is a flag whose value is one of a few words.
type choice = parsed[string]

// addChoice adds a choice to a command, with completion.
func addChoice(cmd *cobra.Command, name, value, usage string, words ...string) *choice {
	c := addParsed(cmd, name, value, usage, strings.Join(words, "|"), func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("expected one of %s", strings.Join(words, ", "))
		}
		return text, nil
	})
	complete(cmd, name, words...)
	return c
}

// complete offers fixed values of a flag for shell completion.
func complete(cmd *cobra.Command, flag string, words ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
	if err != nil {
		panic(err) // the flag does not exist: an error in this package
	}
}

// The accepted forms of a time. Without a zone it is UTC, as in Spark's logs and
// history server.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// parseTime parses a wall-clock time.
func parseTime(text string) (time.Time, error) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("expected a time such as 2026-03-31, 2026-03-31T08:00 or 2026-03-31T08:00:00+02:00")
}

// parseShare parses a share between 0 and 1, written as 0.01 or 1%.
func parseShare(text string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	share, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		share /= 100
	}
	if err != nil || !(share >= 0 && share <= 1) {
		return 0, fmt.Errorf("expected a share such as 1%% or 0.01, from 0 to 1")
	}
	return share, nil
}
