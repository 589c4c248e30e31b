package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dynalloc/internal/golden"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dynalloc": main})
}

// TestScripts runs the scripts in testdata. In them the folder recordings has the
// built-in logs, kept those for validation, and cases those of single cases.
func TestScripts(t *testing.T) {
	bench, err := filepath.Abs("../../bench")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       golden.Updating(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			return errors.Join(
				os.Symlink(filepath.Join(bench, "builtin", "recordings"), filepath.Join(e.WorkDir, "recordings")),
				os.Symlink(filepath.Join(bench, "testdata", "recordings"), filepath.Join(e.WorkDir, "kept")),
				os.Symlink(filepath.Join(bench, "testdata", "cases"), filepath.Join(e.WorkDir, "cases")),
			)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}

// status runs dynalloc and expects an exit status: "status 2 compare --polcy".
// Scripts check its output with stdout and stderr, as after exec.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status STATUS [ARGUMENT...]")
	}
	got := "0"
	var exit *exec.ExitError
	if err := ts.Exec("dynalloc", args[1:]...); errors.As(err, &exit) {
		got = strconv.Itoa(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("dynalloc did not run: %v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}
