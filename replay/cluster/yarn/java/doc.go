// Package java reproduces orders that YARN's schedulers take from Java's
// collections. In a few places YARN goes through a hash map and takes what comes
// first: the node whose containers are preempted, the containers of a node, the
// requests of a starved application, the queues of a file. In others a comparison is
// not a strict order, so that what a tree or a heap makes of it depends on how that
// is built. These orders are arbitrary, but the same in each run. They are followed
// here so that the choices are YARN's own.
//
// Files in reading order:
//
//	ids.go      YARN's identifiers and their hash codes
//	hashmap.go  the order of java.util.HashMap
//	heap.go     java.util.PriorityQueue
//	tree.go     the order of java.util.TreeSet
package java
