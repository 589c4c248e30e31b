package spark

import (
	"slices"
	"strings"
)

// Properties that decide where shuffle files are written.
const (
	ShuffleManager = "spark.shuffle.manager"
	ShuffleDataIO  = "spark.shuffle.sort.io.plugin.class" // since 3.0
)

// remoteManagers are parts of the names of shuffle managers that write to a remote
// service: Apache Celeborn (celeborn.SparkShuffleManager), and Apache Uniffle and the
// services that share the name of its class (RssShuffleManager,
// DelegationRssShuffleManager). The others write to storage that all nodes share: IBM's
// for S3, MemVerge's Splash and OPPO's Shuttle. Other managers than Spark's own may write
// to local disks, so an unknown name alone is no evidence.
var remoteManagers = []string{"celeborn", "uniffle", "rssshufflemanager", "s3shufflemanager", "splashshufflemanager", "ors2shufflemanager"}

// localManagers are parts of the names of shuffle managers that write to the disks or the
// memory of executors: Spark's own; those of NVIDIA RAPIDS, Gluten, Blaze (now Auron) and
// Comet, which change the format and not the place; those for RDMA networks.
var localManagers = []string{
	"sortshufflemanager", "hashshufflemanager", "rapidsshufflemanager", "columnarshufflemanager", "blazeshufflemanager",
	"auronshufflemanager", "cometshufflemanager", "rdmashufflemanager", "ucxshufflemanager", "pmofshufflemanager",
}

// shortManagers are Spark's short names of its own managers.
var shortManagers = []string{"", "sort", "tungsten-sort", "hash"}

// localDataIO are Spark's own ShuffleDataIO plug-ins, which write to local disks.
var localDataIO = []string{
	"org.apache.spark.shuffle.sort.io.LocalDiskShuffleDataIO",
	"org.apache.spark.shuffle.KubernetesLocalDiskShuffleDataIO",
}

// ReliableShuffle reports whether a ShuffleDataIO plug-in other than Spark's own is set.
// Such plug-ins exist to keep shuffle files away from executors, and since 3.5 they tell
// Spark so (ShuffleDriverComponents.supportsReliableStorage), which then accepts dynamic
// allocation without further protection. The answer of the plug-in itself is not in a log.
func (p Properties) ReliableShuffle() bool {
	class := p[ShuffleDataIO]
	return class != "" && !slices.Contains(localDataIO, class)
}

// RemoteShuffle reports whether shuffle files are kept by a remote service or storage:
// by a plug-in, or by the shuffle manager of a known service.
func (p Properties) RemoteShuffle() bool {
	manager := strings.ToLower(p[ShuffleManager])
	return p.ReliableShuffle() || hasPart(manager, remoteManagers)
}

// UnknownShuffle is the class of a shuffle manager of which it is not known where it writes
// to; empty if there is none.
func (p Properties) UnknownShuffle() string {
	manager := strings.ToLower(p[ShuffleManager])
	if p.RemoteShuffle() || slices.Contains(shortManagers, manager) || hasPart(manager, localManagers) {
		return ""
	}
	return p[ShuffleManager]
}

func hasPart(name string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(name, part) })
}
