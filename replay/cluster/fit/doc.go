// Package fit finds what fits where, without a look at all that does not: the first of
// many waiting requests that a node has room for, and the next of many nodes that has
// room for a request. Both take a time that grows with the logarithm of their number.
//
//   - need.go: an amount of each kind of resource
//   - line.go: waiting requests, in an order
//   - rooms.go: what is free on nodes
package fit
