package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress is a bar on a terminal, and nothing anywhere else.
type progress struct {
	w    io.Writer // nil: nobody watches
	what string
	bar  *progressbar.ProgressBar // nil before the first step
}

func newProgress(w io.Writer, quiet bool, what string) *progress {
	if quiet || !interactive(w) {
		w = nil
	}
	return &progress{w: w, what: what}
}

// interactive says whether a person watches w.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb"
}

// The bar's methods return the errors of its writer, which is the terminal:
// there is nobody to tell.

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

// end wipes the bar away, so that what is printed next starts on a clean line.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
		_ = p.bar.Exit()
	}
}
