// Package slots tells from the times of tasks how the slots of executors were used. Times
// are ms since 1970.
//
//   - busy.go: [Busy], since when an executor had a free slot
//   - spent.go: [Spent], how the time of a run was spent
package slots
