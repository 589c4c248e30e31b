package java

import (
	"fmt"
	"unicode/utf16"
)

// In a few places YARN goes through a Java hash map and takes what comes first:
// the node whose containers are preempted, the containers of a node, the requests
// of a starved application, the queues of a file. The order is arbitrary, yet
// the same each time for the same names. It is followed here, for the
// identifiers below, so that the choice is YARN's own.

// The names that the resource manager gives, as far as they decide the order of
// its hash maps.
const (
	clusterTimestamp = 1 // of the start of the resource manager, ms
	nodePort         = 1234
)

// HostName is a node's host name.
func HostName(node int) string { return fmt.Sprintf("node%d", node) }

// ApplicationID is an application's identifier, which also breaks ties.
func ApplicationID(app int) string {
	return fmt.Sprintf("application_%d_%04d", int64(clusterTimestamp), app)
}

// StringHash is Java's String.hashCode.
func StringHash(s string) int32 {
	var h int32
	for _, c := range utf16.Encode([]rune(s)) {
		h = 31*h + int32(c)
	}
	return h
}

// longHash folds a number of 64 bits, as Java does.
func longHash(x int64) int32 { return int32(x ^ int64(uint64(x)>>32)) }

// mix adds one more part to a hash code.
func mix(h, prime, part int32) int32 { return prime*h + part }

// NodeHash is NodeId.hashCode.
func NodeHash(node int) int32 {
	return mix(mix(8501, 493217, StringHash(HostName(node))), 493217, nodePort)
}

// AppHash is ApplicationId.hashCode.
func AppHash(app int) int32 {
	return mix(mix(6521, 371237, longHash(clusterTimestamp)), 371237, int32(app))
}

// ContainerHash is ContainerId.hashCode, for container seq of an application's
// first attempt.
func ContainerHash(app int, seq int64) int32 {
	attempt := mix(mix(5501, 347671, AppHash(app)), 347671, 1)
	return mix(longHash(seq), 31, attempt)
}

// RequestHash is SchedulerRequestKey.hashCode, for a request with nothing but a priority.
func RequestHash(priority int) int32 {
	return mix(mix(mix(9511, 517861, int32(priority)), 31, 0), 31, 0)
}
