// Package spark reads what applications say about themselves in Spark's own
// terms. Each fact is parsed here and nowhere else, so that the manager that
// places a driver and the bill that charges for it use the same number.
//
//   - properties.go: typed access to Spark properties, in Spark's grammar
//   - version.go: versions of Spark and their order
//   - master.go: what the master URL says about the cluster manager
//   - shuffle.go: who keeps shuffle files
//   - reasons.go: what reasons of removals and messages of failures mean
//   - size.go: the size of drivers, application masters and executors
package spark
