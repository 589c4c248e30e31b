// Package calibrate derives the times that a replay adds to the work of tasks (package
// latency) from recorded logs: executor start-up, first tasks, task overhead and
// removal lag. What the logs do not show has defaults.
//
//   - learn.go: from the samples of a cause to its distribution
//   - tasks.go: what recorded tasks show
//   - startups.go: what recorded executors show, where several share a node
//   - defaults.go: what was measured where logs do not say
//   - file.go: a file of times, to be used with other logs
package calibrate
