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
// DelegationRssShuffleManager). Other managers than Spark's own may write to local
// disks, so an unknown name is no evidence.
var remoteManagers = []string{"celeborn", "uniffle", "rssshufflemanager"}

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
	return p.ReliableShuffle() || slices.ContainsFunc(remoteManagers, func(part string) bool { return strings.Contains(manager, part) })
}
