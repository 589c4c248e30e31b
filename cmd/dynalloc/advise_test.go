package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// Advise and tune are asked the same about the recorded fleet, and in a long run (LONG=1)
// about the built-in day. They set the same for each class, and say the same of it.
func TestAdviseAndTuneSetTheSame(t *testing.T) {
	names := []string{"fleet"}
	if os.Getenv("LONG") != "" {
		names = append(names, "day")
	}
	for _, name := range names {
		var advice struct {
			Classes []struct {
				Class, Policy string
				Now           struct{ Policy string }
			}
			Safe json.RawMessage
		}
		var tuned struct {
			Safe struct {
				Classes []struct{ Class, Policy string }
			}
		}
		var again struct{ Safe json.RawMessage }
		outputs := map[string][]byte{}
		for _, command := range []string{"advise", "tune"} {
			var out, problems bytes.Buffer
			if status := run(t.Context(), []string{command, "--builtin", name, "--budget", "600", "--format", "json"}, &out, &problems); status != statusDone {
				t.Fatalf("%s: status %d: %s", command, status, problems.String())
			}
			outputs[command] = out.Bytes()
		}
		for command, into := range map[string][]any{"advise": {&advice}, "tune": {&tuned, &again}} {
			for _, v := range into {
				if err := json.Unmarshal(outputs[command], v); err != nil {
					t.Fatal(err)
				}
			}
		}
		set := map[string]string{}
		for _, c := range tuned.Safe.Classes {
			set[c.Class] = c.Policy
		}
		for _, c := range advice.Classes {
			if got := set[c.Class]; got != c.Policy && (got != "recorded" || c.Policy != c.Now.Policy) {
				t.Errorf("%s, %s: advise sets %s, tune %s", name, c.Class, c.Policy, got)
			}
		}
		if len(advice.Classes) != len(set) || !bytes.Equal(advice.Safe, again.Safe) {
			t.Errorf("%s: advise has the fleet %s, tune %s", name, advice.Safe, again.Safe)
		}
	}
}
