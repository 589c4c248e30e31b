package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"dynalloc/internal/pending"
	"dynalloc/replay"
)

// An interruption is the cause of a context that a signal cancelled.
type interruption struct{ signal syscall.Signal }

func (i interruption) Error() string {
	return map[syscall.Signal]string{syscall.SIGINT: "interrupted", syscall.SIGTERM: "terminated"}[i.signal]
}

// status is what a shell reports for a process that the signal ends.
func (i interruption) status() int { return 128 + int(i.signal) }

// interruptionOf is why ctx was cancelled.
func interruptionOf(ctx context.Context) interruption {
	var i interruption
	if !errors.As(context.Cause(ctx), &i) {
		i.signal = syscall.SIGINT
	}
	return i
}

// grace is the time that a command has to end by itself after a signal. Reading, searching
// folders, replaying and writing look for the signal every few milliseconds; what does not,
// such as drawing one picture, is then cut off.
const grace = 700 * time.Millisecond

// untilSignal returns a context that SIGINT or SIGTERM cancels. If the program has not
// ended after a time of grace, or a second signal comes, it is ended here, without the
// files that it has not completed.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		cancel(interruption{(<-signals).(syscall.Signal)})
		select {
		case <-signals:
		case <-time.After(grace):
		}
		why := interruptionOf(ctx)
		fmt.Fprintf(os.Stderr, "dynalloc: %v\n", errors.Join(why, pending.RemoveAll()))
		os.Exit(why.status())
	}()
	return ctx
}

// stopWith is the watch of replays that show no progress and end when ctx is cancelled.
func stopWith(ctx context.Context) replay.Watch {
	return func(int, int) error { return ctx.Err() }
}
