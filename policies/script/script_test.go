package script

import (
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/calibrate"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
	"dynalloc/traces/source"
)

// load reads a script whose text is given.
func load(t *testing.T, spec, text string) (policies.Fleet, error) {
	t.Helper()
	f, err := policies.ParseFleet(spec)
	if err != nil {
		t.Fatal(err)
	}
	return Load(f, func(string) ([]byte, error) { return []byte(text), nil }, nil)
}

// lines are the events of a replay of the recorded fleet, tasks included.
func lines(t *testing.T, f policies.Fleet) (events []string, err error) {
	t.Helper()
	logs, err := source.Open("../../bench/builtin/recordings/fleet-static")
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	w, _, err := traces.Collect("fleet", logs)
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := cluster.Parse("standalone,nodes=1,cores=16,memory=32g")
	if err != nil {
		t.Fatal(err)
	}
	_, err = replay.Run(w, f, replay.Config{Cluster: cluster, Times: calibrate.Defaults(), Seed: 1}, replay.ObserverFunc(func(e replay.Event) {
		events = append(events, fmt.Sprintf("%s %d %s: %s", e.At, e.App, e.Happened(w), e.Why))
	}))
	return events, err
}

// goWaves and goHold are testdata/waves.star and testdata/hold.star in Go.
type goWaves struct{}

func (goWaves) Size(v *policies.View) int {
	return int(math.Ceil(float64(v.Pending+v.Running) / float64(v.Slots*3)))
}

func (goWaves) Remove(v *policies.View) (ids []policies.ExecutorID) {
	for _, e := range v.Idle {
		if e.For >= 5*time.Second && !e.Cached && !e.Shuffle {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

type goHold struct {
	size int
	at   time.Duration
}

func (p *goHold) Size(v *policies.View) int {
	if v.Needed >= p.size || v.Now-p.at > 30*time.Second {
		p.size, p.at = v.Needed, v.Now
	}
	return p.size
}

// A script and the same policy in Go give the same replay, event by event and
// with the same reasons: all that a script can do is say a number and pick whom
// to give back.
func TestScriptIsAsGoPolicy(t *testing.T) {
	for spec, sizer := range map[string]func() policies.Sizer{
		"script,file=testdata/waves.star":                                func() policies.Sizer { return goWaves{} },
		"script,file=testdata/hold.star,idle=3s,max=5,shuffle=tracking":  func() policies.Sizer { return &goHold{} },
		"script,file=testdata/hold.star,idle=10s,min=1,every=2s,cores=1": func() policies.Sizer { return &goHold{} },
	} {
		t.Run(spec, func(t *testing.T) {
			f, err := policies.ParseFleet(spec)
			if err != nil {
				t.Fatal(err)
			}
			if f, err = Load(f, os.ReadFile, nil); err != nil {
				t.Fatal(err)
			}
			inGo := f
			inGo.Rules = []policies.Rule{{Pattern: "*", Spec: f.Rules[0].Spec.WithSizer(sizer)}}
			want, err := lines(t, inGo)
			if err != nil {
				t.Fatal(err)
			}
			got, err := lines(t, f)
			if err != nil || len(got) < 1000 {
				t.Fatalf("%d events, %v", len(got), err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the script does something else (+):\n%s", diff)
			}
		})
	}
}

// The worked examples of docs/POLICIES.md are the scripts in testdata.
func TestExamplesOfTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/POLICIES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"waves", "hold"} {
		script, err := os.ReadFile("testdata/" + name + ".star")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "```python\n"+string(script)+"```") {
			t.Errorf("docs/POLICIES.md does not show testdata/%s.star as it is", name)
		}
	}
	example, err := os.ReadFile("../../replay/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, inGo, _ := strings.Cut(string(text), "```go\n")
	inGo, _, _ = strings.Cut(inGo, "```")
	for line := range strings.Lines(inGo) {
		if !strings.Contains(string(example), line) {
			t.Errorf("docs/POLICIES.md shows a policy in Go with a line that replay/example_test.go has not: %s", line)
		}
	}
	for _, name := range slices.Concat(viewFields, executorFields) {
		if !strings.Contains(string(text), "| `"+name+"` |") {
			t.Errorf("docs/POLICIES.md does not explain %s", name)
		}
		if !strings.Contains(Usage, name) {
			t.Errorf("the help does not explain %s", name)
		}
	}
}

// What is wrong with a script is said with its place in the file, when it is
// read if that can be known then.
func TestScriptsThatAreWrong(t *testing.T) {
	for _, c := range []struct{ name, text, problem string }{
		{"grammar", "def target(view):\n  return 1 +\n", "script my.star:2:13: got newline, want primary expression"},
		{"unknown name", "def target(view):\n  return veiw.needed\n", "script my.star:2:10: undefined: veiw"},
		{"no target", "def size(view):\n  return 1\n", "script my.star: it does not define target(view)"},
		{"not a function", "target = 3\n", "script my.star: target is a int, expected a function target(view)"},
		{"arguments", "\ndef target():\n  return 1\n", "script my.star:2:1: target takes 0 arguments, expected target(view)"},
		{"its own lines", "x = 1 // 0\n", "script my.star:1:7: in <toplevel>: floored division by zero"},
		{"files", "load('other.star', 'x')\n", "script my.star:1:1: in <toplevel>: cannot load other.star: a script is one file, and loads no other"},
		{"clock", "load('time.star', 'time')\n", "cannot load time.star"},
		{"endless at once", "while True:\n  pass\n", "more than 1000000 steps in one call"},
	} {
		if _, err := load(t, "script,file=my.star", c.text); err == nil || !strings.HasPrefix(err.Error(), "script my.star") || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %v; want %q", c.name, err, c.problem)
		}
	}
	for _, c := range []struct{ name, text, problem string }{
		{"division", "def half(n):\n  return n // 0\ndef target(view):\n  return half(view.needed)\n", "script my.star:2:12: in half: floored division by zero"},
		{"no field", "def target(view):\n  return view.neded\n", "script my.star:2:14: in target: view has no .neded (did you mean .needed?)"},
		{"change", "def target(view):\n  view.needed = 3\n  return 1\n", "script my.star:2:7: in target: can't assign to .needed field of view"},
		{"fraction", "def target(view):\n  return view.needed / 2\n", "script my.star:1:1: target returned 0.0 (float), expected a whole number of executors, 0 or more; math.ceil rounds up"},
		{"nothing", "def target(view):\n  pass\n", "script my.star:1:1: target returned None (NoneType)"},
		{"negative", "def target(view):\n  return -1\n", "target returned -1 (int)"},
		{"endless", "def target(view):\n  while True:\n    pass\n", "script my.star:1:1: in target: Starlark computation cancelled: more than 1000000 steps in one call"},
		{"no list", "def target(view):\n  return 1\ndef remove(view):\n  return 7\n", "script my.star:3:1: remove returned 7 (int), expected a list of ids"},
		{"no ids", "def target(view):\n  return 1\ndef remove(view):\n  return ['7']\n", `script my.star:3:1: remove returned ["7"] (list), expected a list of ids`},
	} {
		f, err := load(t, "script,file=my.star", c.text)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if _, err = lines(t, f); err == nil || !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %v; want %q", c.name, err, c.problem)
		}
	}
	missing := errors.New("no such file")
	f, _ := policies.ParseFleet("script,file=my.star")
	if _, err := Load(f, func(string) ([]byte, error) { return nil, missing }, nil); !errors.Is(err, missing) || err.Error() != "script my.star: no such file" {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := lines(t, f); err == nil || !strings.Contains(err.Error(), "script,file=my.star: its script is not loaded") {
		t.Errorf("a script that was not read is replayed: %v", err)
	}
}

// Applications do not share what a script remembers, and what it prints comes
// to whoever has read it.
func TestEachApplicationRunsTheScriptAnew(t *testing.T) {
	const text = `
seen = []
def target(view):
    seen.append(view.now_ms)
    if len(seen) == 1:
        print("first look, %d seen" % len(seen))
    return 2
`
	f, err := policies.ParseFleet("script,file=my.star")
	if err != nil {
		t.Fatal(err)
	}
	var printed []string
	f, err = Load(f, func(string) ([]byte, error) { return []byte(text), nil }, func(line string) { printed = append(printed, line) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lines(t, f); err != nil {
		t.Fatal(err)
	}
	if want := "first look, 1 seen"; len(printed) != 6 || printed[5] != want {
		t.Errorf("six applications print %q, want %q from each", printed, want)
	}
}
