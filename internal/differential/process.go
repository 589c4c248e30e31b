// Package differential is what tests share that hold our own code to the classes of
// another program: the process that plays scripts through those classes, and the
// files in which their answers are kept for tests without it.
package differential

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"testing"
)

// A Process plays scripts through the other program's classes.
type Process struct {
	In  io.WriteCloser
	Out *bufio.Scanner // its answers, line by line

	t       *testing.T
	command *exec.Cmd
}

// Java starts a process of Java with arguments; made says in an error what
// it is for.
func Java(t *testing.T, made string, arguments ...string) *Process {
	t.Helper()
	p := &Process{t: t, command: exec.Command("java", arguments...)}
	var err error
	if p.In, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.Out = bufio.NewScanner(out)
	if err := p.command.Start(); err != nil {
		t.Fatalf("%v: %s needs Java 17", err, made)
	}
	return p
}

// Stop ends the process and waits for it.
func (p *Process) Stop() {
	p.In.Close()
	if err := p.command.Wait(); err != nil {
		p.t.Error("java:", err)
	}
}

// Recorded returns the golden cases of a file that Record wrote, and those of one that
// Keep wrote.
func Recorded(t *testing.T, packed, kept string) string {
	t.Helper()
	f, err := os.Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpack, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	random, err := io.ReadAll(unpack)
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	return string(random) + string(more)
}

// Record writes a text as the golden cases of a file that gzip has packed.
func Record(t *testing.T, file, text string) {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Close()
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Keep appends a text to the golden cases of a file.
func Keep(t *testing.T, file, text string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = io.WriteString(f, text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Error(err)
	}
}
