package onspark

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// What the guard writes about a request after its number: the answer of a worker that had
// just started, that of one that ran already, or that the worker ended without an answer.
const (
	firstAnswer = "first"
	nextAnswer  = "next"
	noAnswer    = "failed"
)

// mostStderr is how much of the end of a worker's standard error is kept, in bytes.
const mostStderr = 4096

// An end is how a worker ended without an answer.
type end struct {
	Status string `json:"status"` // "exit status 2", "signal: killed"
	Stderr string `json:"stderr"` // the end of it
}

// Guard answers requests with a worker program. A line of in is a number, a blank and a
// request; the program reads the request as a line, and writes a line. For each request
// Guard writes a line of its number, what became of it, the milliseconds, and the
// program's line, or how the program ended; it then starts it again for the next request.
// The program uses one processor, because Spark runs a task for each.
func Guard(ctx context.Context, program []string, in io.Reader, out io.Writer) error {
	requests, g := bufio.NewReader(in), guard{ctx: ctx, program: program}
	defer g.stop()
	for {
		line, err := requests.ReadString('\n')
		if line = strings.TrimSuffix(line, "\n"); line != "" {
			id, request, ok := strings.Cut(line, " ")
			if _, bad := strconv.Atoi(id); !ok || bad != nil {
				return fmt.Errorf("%q: expected the number of a request, a blank and the request", line)
			}
			begin, what := time.Now(), nextAnswer
			if g.worker == nil {
				what = firstAnswer
			}
			answer, failed := g.ask(request)
			if failed != nil {
				text, err := json.Marshal(failed)
				if err != nil {
					return err
				}
				what, answer = noAnswer, string(text)
			}
			if _, err := fmt.Fprintf(out, "%s %s %d %s\n", id, what, time.Since(begin).Milliseconds(), answer); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type guard struct {
	ctx     context.Context
	program []string
	worker  *worker // nil: none runs
}

type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr tail
}

// ask gets the worker's answer to a request.
func (g *guard) ask(request string) (answer string, failed *end) {
	if g.worker == nil {
		w := &worker{cmd: exec.CommandContext(g.ctx, g.program[0], g.program[1:]...)}
		w.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
		w.cmd.Stderr, w.cmd.WaitDelay = &w.stderr, time.Second
		var out io.Reader
		var err error
		if w.in, err = w.cmd.StdinPipe(); err == nil {
			if out, err = w.cmd.StdoutPipe(); err == nil {
				err = w.cmd.Start()
			}
		}
		if err != nil {
			return "", &end{Status: err.Error()}
		}
		w.out, g.worker = bufio.NewReader(out), w
	}
	w := g.worker
	_, err := io.WriteString(w.in, request+"\n")
	if err == nil {
		answer, err = w.out.ReadString('\n')
	}
	if err == nil {
		return strings.TrimSuffix(answer, "\n"), nil
	}
	status := g.stop()
	return "", &end{Status: status, Stderr: strings.ToValidUTF8(string(w.stderr), "\uFFFD")}
}

// stop ends the worker, and says how it ended.
func (g *guard) stop() string {
	w := g.worker
	if w == nil {
		return ""
	}
	g.worker = nil
	w.in.Close()
	err := w.cmd.Wait()
	var status *exec.ExitError
	switch {
	case errors.As(err, &status):
		return status.String()
	case err != nil:
		return err.Error()
	}
	return "exit status 0"
}

// A tail keeps the last bytes that are written to it.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p...)
	if extra := len(*t) - mostStderr; extra > 0 {
		*t = bytes.Clone((*t)[extra:])
	}
	return len(p), nil
}
