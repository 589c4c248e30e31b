// Package builtin has the workloads that are part of the program: a recorded fleet of
// six applications ([Fleet]) on the cluster on which it was recorded, and a day on a
// larger cluster that is made from it ([Day]).
//
// Read the files in this order:
//
//   - builtin.go: the suites;
//   - day.go: how the day is made ([MakeDay]);
//   - startups.go: how long executors take to start on real clusters.
package builtin
