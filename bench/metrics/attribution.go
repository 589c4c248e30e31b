package metrics

import (
	"fmt"
	"time"

	"dynalloc/internal/wide"
	"dynalloc/replay/attribution"
)

// A Part is one cause of turnaround, or of the time for which executors are held.
// See replay.Attribution.
type Part struct {
	Key   string // in files, after "time_" or "hold_"
	Label string // in tables and on pictures
	Doc   string // definition of the time, in words
}

// TimeParts are the causes of turnaround, by attribution.TimeCause.
var TimeParts = [attribution.TimeCauses]Part{
	attribution.TimeDriver:    {"driver", "driver", "the driver's own work before, between and after jobs"},
	attribution.TimeExecution: {"execution", "execution", "tasks run, or wait for tasks of their own set that have the slot"},
	attribution.TimeRecompute: {"recompute", "recompute", "tasks run again, or compute again, what was lost with an executor"},
	attribution.TimeLocality:  {"locality", "locality wait", "a slot is free, and the task waits for one near its data"},
	attribution.TimeSlot:      {"slot", "slot of another set", "another task set of the application has a slot"},
	attribution.TimeStartup:   {"startup", "start-up", "the executor is granted and starts"},
	attribution.TimeQueue:     {"queue", "manager's queue", "the executor is asked for and not granted"},
	attribution.TimeRamp:      {"ramp", "backlog, ramp", "the executor is not yet asked for: backlog timer and ramp"},
}

// HoldParts are the causes for which executors are held, by attribution.HoldCause.
var HoldParts = [attribution.HoldCauses]Part{
	attribution.HoldStarting:    {"starting", "starting", "of executors granted that do not take tasks yet"},
	attribution.HoldBusy:        {"busy", "busy", "in which tasks ran"},
	attribution.HoldBeside:      {"beside", "beside a task", "of cores without a task on executors that run one"},
	attribution.HoldLeaving:     {"leaving", "leaving", "without a task, of executors that are decommissioned"},
	attribution.HoldLiveShuffle: {"live_shuffle", "live shuffle", "of idle executors whose shuffle files a running job may read"},
	attribution.HoldOldShuffle:  {"held_shuffle", "held shuffle", "of idle executors with shuffle files that no running job lists, which a timeout protects"},
	attribution.HoldCache:       {"cache", "cache", "of idle executors with cached blocks, which a timeout protects"},
	attribution.HoldMinimum:     {"minimum", "minimum", "of idle executors while there are no more than the minimum or the fixed size"},
	attribution.HoldSurplus:     {"surplus", "ramp surplus", "of idle executors that came after the last task that they could have run"},
	attribution.HoldIdle:        {"idle", "idle timeout", "of idle executors otherwise: until their timeout"},
}

// attributionMetrics are the shares of turnaround and of core-time held by cause.
func attributionMetrics() []Metric {
	var list []Metric
	share := func(section Section, name, label string, better Better, doc string, whole func(*App) wide.Time, part func(*attribution.Attribution) wide.Time) {
		list = append(list, Metric{name, section, label, Percent, doc, better, "own", shareOf(whole, part)})
	}
	for c, p := range TimeParts {
		better := Lower
		if c := attribution.TimeCause(c); c == attribution.TimeDriver || c == attribution.TimeExecution {
			better = Neither
		}
		share(TimeByCause, "time_"+p.Key, "time: "+p.Label, better,
			fmt.Sprintf("turnaround in which, on the realized critical path, %s / turnaround, both summed over applications", p.Doc),
			times(turnaround), func(a *attribution.Attribution) wide.Time { return wide.Of(a.Turnaround[c], 1) })
		if attribution.TimeCause(c) == attribution.TimeExecution {
			share(TimeByCause, "time_waves", "waves, part of execution", Lower,
				"the part of time_execution in which the task on the path waits behind tasks of its own set: turnaround that more executors would have shortened / turnaround",
				times(turnaround), func(a *attribution.Attribution) wide.Time { return wide.Of(a.Waves, 1) })
		}
	}
	for c, p := range HoldParts {
		better := Lower
		if attribution.HoldCause(c) == attribution.HoldBusy {
			better = Higher
		}
		share(ExecutorTimeByCause, "hold_"+p.Key, "held: "+p.Label, better,
			fmt.Sprintf("core-time %s / core-time held", p.Doc),
			held, func(a *attribution.Attribution) wide.Time { return a.Cores[c] })
	}
	rampUp := func(a *App) time.Duration {
		if a.Attribution == nil {
			return -1
		}
		return a.Attribution.RampUp
	}
	return append(list, Metric{
		"reach_p50", TimeByCause, "ramp-up time p50", Seconds,
		"median over applications of the time from the first task that is ready until as many executors take tasks as the unfinished tasks could use, or as policy, application and cluster allow",
		Lower, "own", quantileOf(0.50, seconds(rampUp)),
	})
}

// shareOf is a part of a whole in percent, both summed over the applications; NaN
// if the causes are not known for one of them.
func shareOf(whole func(*App) wide.Time, part func(*attribution.Attribution) wide.Time) func(*Group) float64 {
	return func(g *Group) float64 {
		return 100 * ratio(g.sum(func(a *App) wide.Time {
			if a.Attribution == nil {
				return unknown
			}
			return part(a.Attribution)
		}), g.sum(whole))
	}
}
