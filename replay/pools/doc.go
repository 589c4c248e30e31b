// Package pools has the order in which the task sets of an application get slots: that of
// Spark's scheduling modes FIFO and FAIR.
//
//   - pools.go: pools, and both orders
package pools
