package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"dynalloc/replay"
)

// After Ctrl-C the program says that it was interrupted, and writes no files.
func TestInterrupted(t *testing.T) {
	for _, args := range []string{"compare --builtin fleet", "compare ../../bench/builtin/recordings/fleet-static", "replay --builtin day --policy recorded"} {
		t.Run(args, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			out := filepath.Join(t.TempDir(), "out")
			words := strings.Fields(args)
			if words[0] == "compare" {
				words = append(words, "-o", out)
			}
			var stdout, stderr bytes.Buffer
			if status := run(ctx, words, &stdout, &stderr); status != 130 {
				t.Errorf("exit status %d, want 130", status)
			}
			if got := stderr.String(); got != "dynalloc: interrupted\n" {
				t.Errorf("standard error: %q", got)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("a folder of results is there, although there are none")
			}
		})
	}
}

// The help of every command that it lists has an example.
func TestEveryCommandHasExamples(t *testing.T) {
	for _, cmd := range newRoot().Commands() {
		if cmd.IsAvailableCommand() && !strings.Contains(cmd.Example, "  "+cmd.CommandPath()) {
			t.Errorf("%s has no example of its use", cmd.CommandPath())
		}
	}
}

// A time is accepted in the forms of logs and of the history server.
func TestParseTime(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-03-31":                time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC),
		"2026-03-31T08:15":          time.Date(2026, 3, 31, 8, 15, 0, 0, time.UTC),
		"2026-03-31 08:15:30":       time.Date(2026, 3, 31, 8, 15, 30, 0, time.UTC),
		"2026-03-31T08:00:00+02:00": time.Date(2026, 3, 31, 6, 0, 0, 0, time.UTC),
	} {
		if got, err := parseTime(text); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestVersionNamesTheRevision(t *testing.T) {
	var b bytes.Buffer
	err := printVersion(&b, &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.time", Value: "2026-03-31T08:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}})
	if want := "revision 0123abc of 2026-03-31T08:00:00Z, modified\n"; err != nil || !strings.Contains(b.String(), want) {
		t.Errorf("%v, %q; want %q", err, b.String(), want)
	}
}

// Each kind of event has a name in JSON.
func TestEveryEventHasAName(t *testing.T) {
	if len(kindNames) != int(replay.ExecutorKept)+1 {
		t.Fatalf("%d names, want %d", len(kindNames), replay.ExecutorKept+1)
	}
	for kind, name := range kindNames {
		if name == "" {
			t.Errorf("kind %d has no name", kind)
		}
	}
}

// Shell completion knows the words that a flag takes.
func TestCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"compare --format ": "markdown", "replay --format ": "json", "compare --builtin ": "day", "replay --policy ": "spark", "com": "compare",
	} {
		words := strings.Split(args, " ")
		var stdout, stderr bytes.Buffer
		run(t.Context(), append([]string{cobra.ShellCompNoDescRequestCmd}, words...), &stdout, &stderr)
		if !strings.Contains("\n"+stdout.String(), "\n"+want) {
			t.Errorf("completing %q gives %q, want %s", args, stdout.String(), want)
		}
	}
}
