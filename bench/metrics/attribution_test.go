package metrics

import (
	"time"

	"dynalloc/replay/attribution"
)

// attributed are the names of the metrics by cause.
var attributed = func() string {
	names := ""
	for _, m := range attributionMetrics() {
		names += m.Name + " "
	}
	return names
}()

// attributeByHand divides the time of two applications that took 60 and 40 s and
// held 200 and 40 core-seconds, and returns the shares, worked out by hand.
func attributeByHand(g *Group) map[string]float64 {
	const s = time.Second
	g.Apps[0].Attribution = &attribution.Attribution{
		Turnaround: attribution.Turnaround{
			attribution.TimeDriver: 2 * s, attribution.TimeExecution: 30 * s, attribution.TimeRecompute: 6 * s, attribution.TimeLocality: 3 * s,
			attribution.TimeSlot: 4 * s, attribution.TimeStartup: 5 * s, attribution.TimeQueue: 3 * s, attribution.TimeRamp: 7 * s,
		},
		Cores: attribution.Holding{
			attribution.HoldStarting: 10 * s, attribution.HoldBusy: 100 * s, attribution.HoldBeside: 12 * s, attribution.HoldLeaving: 6 * s, attribution.HoldLiveShuffle: 18 * s,
			attribution.HoldOldShuffle: 9 * s, attribution.HoldCache: 15 * s, attribution.HoldMinimum: 3 * s, attribution.HoldSurplus: 21 * s, attribution.HoldIdle: 6 * s,
		},
		Waves:  12 * s,
		RampUp: 4 * s,
	}
	g.Apps[1].Attribution = &attribution.Attribution{
		Turnaround: attribution.Turnaround{attribution.TimeDriver: 1 * s, attribution.TimeExecution: 36 * s, attribution.TimeStartup: 3 * s},
		Cores:      attribution.Holding{attribution.HoldStarting: 0, attribution.HoldBusy: 40 * s},
		RampUp:     8 * s,
	}
	return map[string]float64{
		"time_driver": 3, "time_execution": 66, "time_waves": 12, "time_recompute": 6, "time_locality": 3, "time_slot": 4, "time_startup": 8, "time_queue": 3, "time_ramp": 7,
		"hold_starting": 1000 / 240.0, "hold_busy": 14000 / 240.0, "hold_beside": 5, "hold_leaving": 2.5, "hold_live_shuffle": 7.5,
		"hold_held_shuffle": 3.75, "hold_cache": 6.25, "hold_minimum": 1.25, "hold_surplus": 8.75, "hold_idle": 2.5,
		"reach_p50": 6,
	}
}
