package main

import (
	"strings"
	"testing"
	"time"

	"dynalloc/bench"
)

// Halfway through, the time left is the time that it took so far.
func TestTheLineOfProgress(t *testing.T) {
	p := progress{what: "replaying", unit: "replays"}
	got := p.line(bench.Progress{Done: 24, Total: 48, Tasks: 3_000_000}, 10*time.Second)
	if want := "replaying: 24 of 48 replays, 50 %, 300 thousand tasks/s, 10s left"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// With -v, a command says what it will do and how long it took; without, a pipe stays quiet.
func TestVerbose(t *testing.T) {
	const logs = "../../bench/builtin/recordings/fleet-static"
	for args, want := range map[string][]string{
		"compare -v --policy static,n=2 --format csv " + logs: {"reading: ", "reading: most time took ../../bench/builtin/recordings/fleet-static", "replaying: ", " replays of up to ", " of memory", "took ", "replaying: most time took ", "static,n=2 "},
		"compare --policy static,n=2 --format csv " + logs:    nil,
	} {
		var stdout, stderr strings.Builder
		if status := run(t.Context(), strings.Fields(args), &stdout, &stderr); status != statusDone {
			t.Fatalf("%s: status %d, %s", args, status, &stderr)
		}
		for _, part := range want {
			if !strings.Contains(stderr.String(), part) {
				t.Errorf("%s: %q says nothing of %q", args, &stderr, part)
			}
		}
		if want == nil && stderr.String() != "" {
			t.Errorf("%s: %q", args, &stderr)
		}
	}
}

// The slowest parts are named first, five of them, with the sum of what each took.
func TestTheSlowestAreNamed(t *testing.T) {
	var s slowest
	for name, took := range map[string]time.Duration{"a": 1, "b": 3, "c": 3, "d": 2, "e": 5, "f": 4} {
		s.add(name, took*time.Second)
	}
	s.add("a", 9*time.Second)
	if got, want := s.list(), "a 10s, e 5s, f 4s, b 3s, c 3s"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
