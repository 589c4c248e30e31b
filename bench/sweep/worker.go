package sweep

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Request is a line that a worker reads: the number of a cell of its plan.
type Request struct {
	Cell *int `json:"cell"`
}

// A Failure is the line that a worker writes for a cell that has no result. It is not kept.
type Failure struct {
	Cell  int    `json:"cell"`
	Error string `json:"error"` // one line, which names the cell
}

// longestRequest is the length of a request in bytes.
const longestRequest = 4096

// Serve reads requests and writes, for each in its order, the result line of its cell, or a
// failure; failed is called with each failure. A line is written as soon as it is complete,
// so that requests and answers can alternate. Serve returns an error if a request is none,
// or if reading or writing fails.
func (r *Runner) Serve(ctx context.Context, in io.Reader, out io.Writer, failed func(error)) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, longestRequest), longestRequest)
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		cell, err := r.request(lines.Bytes())
		if err != nil {
			return fmt.Errorf("request %d: %w", number, err)
		}
		line, err := r.Run(cell, func(int, int) error { return ctx.Err() })
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			failed(err)
			first, _, _ := strings.Cut(err.Error(), "\n")
			if line, err = json.Marshal(Failure{cell, first}); err != nil {
				return err
			}
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("writing the result of cell %d: %w", cell, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("a request is longer than %d bytes: expected {\"cell\":0}", longestRequest)
	} else if err != nil {
		return fmt.Errorf("reading requests: %w", err)
	}
	return nil
}

func (r *Runner) request(line []byte) (cell int, err error) {
	var q Request
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	err = d.Decode(&q)
	if _, end := d.Token(); err != nil || q.Cell == nil || end != io.EOF {
		return 0, fmt.Errorf("expected {\"cell\":0}, found %.80q", line)
	}
	if n := r.Plan.Size(); *q.Cell < 0 || *q.Cell >= n {
		return 0, fmt.Errorf("cell %d: the plan has the cells 0 to %d", *q.Cell, n-1)
	}
	return *q.Cell, nil
}
