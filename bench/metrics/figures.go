package metrics

// A figure is one number of an application's outcome.
type Figure func(*App) float64

func MissOf(a *App) float64 {
	if a.Missed() {
		return 1
	}
	return 0
}

func DeadlineOf(a *App) float64 {
	if a.HasDeadline {
		return 1
	}
	return 0
}

func ExecutorSecondsOf(a *App) float64 { return a.Executors.Seconds() }
func TurnaroundOf(a *App) float64      { return a.Turnaround.Seconds() }
