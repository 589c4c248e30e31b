// Package attribution names the causes of an application's time and of its executors'
// time, and holds the sums for each cause.
//
//   - ledger.go: the time of executors by state
//   - attribution.go: the causes, and the times divided by them
//   - slots.go: the path to the task in each slot of an executor
//   - rampup.go: the time until an application has the slots that it could use
//   - requests.go: which request an executor answers
//   - apart.go: tasks that became ready without their set
//   - sharing.go: for how long a set of tasks had the slots for itself
//   - stopwatch.go: how long a condition held, in total and between two times
package attribution
