package java

import (
	"fmt"
	"unicode/utf16"
)

// Parts of the identifiers that the resource manager gives. They decide the order of
// its hash maps; any values would do, and these are those of the comparison with
// YARN's own classes.
const (
	clusterTimestamp = 1 // start of the resource manager, ms since 1970
	nodePort         = 1234
)

// hostName is the host name of a node.
func hostName(node int) string { return fmt.Sprintf("node%d", node) }

// ApplicationID is the identifier of an application, by which ties are broken.
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

// longHash is Java's Long.hashCode.
func longHash(x int64) int32 { return int32(x ^ int64(uint64(x)>>32)) }

// mix adds a part to a hash code.
func mix(h, prime, part int32) int32 { return prime*h + part }

// NodeHash is NodeId.hashCode.
func NodeHash(node int) int32 {
	return mix(mix(8501, 493217, StringHash(hostName(node))), 493217, nodePort)
}

// AppHash is ApplicationId.hashCode.
func AppHash(app int) int32 {
	return mix(mix(6521, 371237, longHash(clusterTimestamp)), 371237, int32(app))
}

// ContainerHash is ContainerId.hashCode for a container of an application's first
// attempt; sequence counts its containers from 1.
func ContainerHash(app int, sequence int64) int32 {
	attempt := mix(mix(5501, 347671, AppHash(app)), 347671, 1)
	return mix(longHash(sequence), 31, attempt)
}

// RequestHash is SchedulerRequestKey.hashCode of a request that has only a priority.
func RequestHash(priority int) int32 {
	return mix(mix(mix(9511, 517861, int32(priority)), 31, 0), 31, 0)
}
