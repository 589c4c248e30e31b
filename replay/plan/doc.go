// Package plan prepares the work of an application for replays: what the driver does after
// which job, the graphs of stages, and the times of tasks in small columns.
//
//   - plan.go: the plan of an application
//   - plans.go: those of a workload
//   - speculation.go: its settings of speculative copies
//   - median.go: the median of times that come one after another
//   - locality.go: where tasks prefer to run
//   - forecast.go: what the reference policy "hindsight" knows in advance
package plan
