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
		"compare -v --policy static,n=2 --format csv " + logs: {"reading: ", "replaying: ", " replays of up to ", "took "},
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
