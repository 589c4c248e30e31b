// Package cluster describes the resources that applications share: nodes, the manager
// that allocates them, and the faults that occur. A cluster has a text form ([Parse])
// and a YAML file ([Open]).
//
//   - cluster.go: the cluster as data, and its text form
//   - assume.go: the cluster that logs show
//   - managers.go: the table of cluster managers, and what the rest of the program has
//     to know of each
//   - file.go: the YAML file, and the built-in examples
//   - fault.go: the faults that are injected into a run
//
// Package manager, below, has the interface of a cluster manager. Each manager is a
// package beside it: standalone, yarn, kubernetes.
package cluster
