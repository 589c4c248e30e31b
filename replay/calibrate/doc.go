// Package calibrate derives the times that a replay adds to the work of tasks (package
// latency) from recorded logs: executor start-up, first tasks, task overhead and
// removal lag. What the logs do not show has defaults.
//
//   - learn.go: from logs to a model of their times
//   - room.go: start-ups that were waits for room
//   - estimate.go: from a default and the samples of a cause to its distribution
//   - asked.go: when executors were requested, where a log does not say so
//   - tasks.go: samples from recorded tasks
//   - startups.go: samples from recorded executors that share a node
//   - requested.go: recorded start-up times in order of request
//   - processors.go: how many processors of a node they share
//   - defaults.go: measured defaults, and how much clusters differ from them
//   - file.go: a file of times, to be used with other logs
package calibrate
