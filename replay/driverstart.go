package replay

import (
	"time"

	"dynalloc/traces"
)

// A driver that runs on the machine of its executors shares its processors with
// those that start beside it, so the same program submits its first job later
// if it starts with many executors. What a recorded driver did between its
// registration and its first job is taken for driverWork, stretched by the
// executors that started then, and the rest, which is the program's own time.

// driverStep is how often a starting driver's progress is looked at.
const driverStep = 50 * time.Millisecond

// A driverStart is a driver between its registration and its first job.
type driverStart struct {
	left     time.Duration // processor time that it still needs
	recorded time.Duration // how long that took when it was recorded
}

// sharesProcessors says whether executors slow the application's driver down.
func (a *application) sharesProcessors() bool {
	return a.engine.config.Times.DriverProcessors > 0 && a.app.DriverOnExecutorHost && a.app.EarlierAttempts == 0 && len(a.plan.followers[0]) > 0
}

// startDriver begins what the driver does until its first job.
func (a *application) startDriver() {
	t := &a.engine.config.Times
	first := a.plan.followers[0][0].gap
	for _, f := range a.plan.followers[0] {
		first = min(first, f.gap)
	}
	a.driver = splitDriverStart(a.app, first-a.app.Setup, t)
	a.advanceDriver(0)
}

// splitDriverStart takes the driver's work out of a recorded time.
func splitDriverStart(app *traces.Application, recorded time.Duration, t *Times) driverStart {
	share := t.driverShare(app)
	if took := share.Elapsed(t.DriverWork); took <= recorded {
		return driverStart{left: t.DriverWork, recorded: took}
	}
	recorded = max(recorded, 0)
	return driverStart{left: share.Work(recorded), recorded: recorded}
}

// advanceDriver does the work of the time that has passed since the last look;
// when all is done, what hangs on the application's start is set off.
func (a *application) advanceDriver(passed time.Duration) {
	e := a.engine
	beside := Processors(e.hosts[0].starting) * OneProcessor
	a.driver.left -= e.config.Times.DriverProcessors.Among(OneProcessor + beside).Work(passed)
	if a.driver.left > 0 {
		next := min(driverStep, max(a.driver.left.Round(time.Millisecond), time.Millisecond))
		e.queue.push(scheduled{at: e.now + next, app: a.index, a: int32(next.Milliseconds())}, becomesReady, driverAdvances)
		return
	}
	late := (e.now - a.registered - a.driver.recorded).Round(time.Millisecond)
	a.follow(-1, a.began+late)
}
