// Package host has the state of a node that the programs on it share: those that start at
// the same time slow each other down.
//
//   - host.go: whether a node is part of the cluster, and what starts on it
//   - startups.go: executors that start share its processors
package host
