package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress is a bar on a terminal. Elsewhere it prints nothing.
type progress struct {
	w    io.Writer // nil: print nothing
	what string
	bar  *progressbar.ProgressBar // nil before the first step
}

func newProgress(w io.Writer, quiet bool, what string) *progress {
	if quiet || !interactive(w) {
		w = nil
	}
	return &progress{w: w, what: what}
}

// interactive reports whether w is a terminal of a person.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// The bar's methods return errors of its writer. It is the terminal, so there is no
// other place to report them.

func (p *progress) set(done, total int) {
	if p.w == nil {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionFullWidth(),
			progressbar.OptionClearOnFinish(),
		)
	}
	_ = p.bar.Set(done)
}

// end clears the bar, so that later output starts on an empty line.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
	}
}
