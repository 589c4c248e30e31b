package metrics

// A Figure is one number of an application's outcome. Comparisons of policies sum
// figures over applications, replicas and blocks.
type Figure func(*App) float64

// MissOf is 1 if the application missed its deadline, else 0.
func MissOf(a *App) float64 { return oneIf(a.Missed()) }

// DeadlineOf is 1 if the application has a deadline, else 0.
func DeadlineOf(a *App) float64 { return oneIf(a.HasDeadline) }

// ExecutorSecondsOf is the executor-time that the application held, in seconds.
func ExecutorSecondsOf(a *App) float64 { return a.Executors.Seconds() }

// TurnaroundOf is the time from submission to end, in seconds.
func TurnaroundOf(a *App) float64 { return a.Turnaround.Seconds() }

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
