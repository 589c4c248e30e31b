// Package standalone models Spark's standalone Master. It serves applications in the
// order of their registration: each takes all that it may before the next one gets
// anything. There is no fairness and no preemption.
//
// The Master of Spark tries all workers for all applications whenever something
// changes. Here a pass finds those that can be served: its cost depends on what it
// starts, and on how many kinds of free resources there are, but not on how many
// applications and workers.
//
//   - options.go: the Master's settings
//   - master.go: what the Master observes
//   - schedule.go: a pass over those that wait
//   - workers.go: the workers, by what is free on them
//   - requests.go: the requests, by what they need
package standalone
