// Package builtin has the workloads that are part of the program: a recorded fleet of
// six applications ([Fleet]) on the cluster on which it was recorded, and two days on
// larger clusters that are made from it: [Day] on a standalone cluster, and [Queues].
//
// Read the files in this order:
//
//   - builtin.go: the suites;
//   - day.go: how the day is made ([MakeDay]);
//   - queues.go: the day on YARN;
//   - startups.go: how long executors take to start on real clusters.
package builtin
