// Package slots tells from the times of tasks how the slots of executors were used. Times
// are ms since 1970.
//
//   - times.go: [Times], moments in little memory, and going through many of them in order
//   - busy.go: [Busy], since when an executor had a free slot
//   - first.go: [First], the first tasks on an executor
//   - spans.go: [Spans], the executors that lived at a moment
//   - levels.go: [Levels], how many tasks ran at one time
//   - lost.go: [Lost], the time that was lost to faults, and [Missing], the executors
//   - tasks.go: [Tasks], which tasks were launched and finished
//   - stalls.go: [AddStalls], what all tasks of a stage waited for in the driver
//   - spent.go: [Spent], how the time of a run was spent
package slots
