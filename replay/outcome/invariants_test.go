package outcome

import (
	"strings"
	"testing"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// good is what an application got that was submitted at 10 s and ended at 70 s. It had two
// executors of two cores, one of which was lost.
func good() *App {
	const s = time.Second
	return &App{
		Submit: 10 * s, Began: 10 * s, Wanted: 11 * s, Asked: 11 * s, Granted: 12 * s, Registered: 15 * s, FirstTask: 16 * s, End: 70 * s,
		Jobs: []Job{{12 * s, 60 * s, NoFailure}}, Grants: 2, Removals: 1, Lost: 1, Preempted: 1, Peak: 2,
		Ledger: attribution.Ledger{Starting: wide.Of(s, 6), Busy: wide.Of(s, 80), Idle: wide.Of(s, 14), Memory: wide.Of(s, 1024), Executor: wide.Of(s, 50)},
		Attribution: &attribution.Attribution{
			Turnaround: attribution.Turnaround{attribution.TimeDriver: 20 * s, attribution.TimeExecution: 40 * s}, Waves: 5 * s,
			Cores:     attribution.Holding{attribution.HoldStarting: wide.Of(s, 6), attribution.HoldBusy: wide.Of(s, 80), attribution.HoldIdle: wide.Of(s, 14)},
			Executors: attribution.Holding{attribution.HoldBusy: wide.Of(s, 50)},
		},
	}
}

// Each invariant fails for an outcome that breaks it in one place, and only that one.
func TestEachInvariantNoticesWhatBreaksIt(t *testing.T) {
	if err := good().Impossible(); err != nil {
		t.Fatal(err)
	}
	never := good()
	never.Began, never.Wanted, never.Asked, never.Granted, never.Registered, never.FirstTask = -1, -1, -1, -1, -1, -1
	if err := never.Impossible(); err != nil {
		t.Errorf("an application that never got an executor: %v", err)
	}
	broken := map[string]bool{}
	for what, spoil := range map[string]func(a *App){
		"ends before its submission":      func(a *App) { a.End, a.Attribution = 9*time.Second, nil },
		"granted before it asked":         func(a *App) { a.Granted = time.Second },
		"its first task is after its end": func(a *App) { a.FirstTask = 71 * time.Second },
		"wanted an executor too early":    func(a *App) { a.Wanted = time.Second },
		"a job ends early":                func(a *App) { a.Jobs[0].End = time.Second },
		"a negative count":                func(a *App) { a.Rerun = -1 },
		"an executor ended twice":         func(a *App) { a.Removals = 2 },
		"more at a time than in all":      func(a *App) { a.Peak = 3 },
		"the ledger overflowed":           func(a *App) { a.Ledger.Idle, a.Attribution = wide.Of(-time.Second, 1), nil },
		"negative memory":                 func(a *App) { a.Ledger.Memory = wide.Of(-time.Second, 1) },
		"a negative cause":                func(a *App) { a.Attribution.Turnaround[attribution.TimeRamp] = -time.Second },
		"a cause is missing":              func(a *App) { a.Attribution.Turnaround[attribution.TimeDriver] = 0 },
		"more waves than execution":       func(a *App) { a.Attribution.Waves = time.Minute },
		"core-time without a cause":       func(a *App) { a.Attribution.Cores[attribution.HoldIdle] = wide.Time{} },
		"executor-time without a cause":   func(a *App) { a.Attribution.Executors[attribution.HoldBusy] = wide.Time{} },
	} {
		a := good()
		spoil(a)
		err := a.Impossible()
		if err == nil || !strings.HasPrefix(err.Error(), "its replay has an impossible result: it is not true that ") {
			t.Errorf("%s: %v", what, err)
			continue
		}
		broken[err.Error()] = true
	}
	if len(broken) != len(Invariants) {
		t.Errorf("%d of %d invariants were broken", len(broken), len(Invariants))
	}
}
