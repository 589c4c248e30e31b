package spark

import "testing"

// The classes are those in the manuals of the services.
func TestWhoKeepsShuffleFiles(t *testing.T) {
	for _, c := range []struct {
		manager, plugin           string
		remote, reliable, unknown bool
	}{
		{},
		{manager: "sort"},
		{manager: "org.apache.spark.shuffle.sort.SortShuffleManager", plugin: "org.apache.spark.shuffle.sort.io.LocalDiskShuffleDataIO"},
		{plugin: "org.apache.spark.shuffle.KubernetesLocalDiskShuffleDataIO"}, // finds files of an executor again, but they are local
		{manager: "com.nvidia.spark.rapids.spark350.RapidsShuffleManager"},
		{manager: "org.apache.spark.shuffle.sort.ColumnarShuffleManager"},
		{manager: "org.apache.spark.shuffle.celeborn.SparkShuffleManager", remote: true},
		{manager: "org.apache.spark.shuffle.gluten.celeborn.CelebornShuffleManager", remote: true},
		{manager: "org.apache.spark.shuffle.RssShuffleManager", remote: true},
		{manager: "org.apache.spark.shuffle.DelegationRssShuffleManager", remote: true},
		{manager: "org.apache.spark.shuffle.celeborn.SparkShuffleManager", plugin: "org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO", remote: true, reliable: true},
		{manager: "org.apache.spark.shuffle.RssShuffleManager", plugin: "org.apache.spark.shuffle.RssShuffleDataIo", remote: true, reliable: true},
		{plugin: "org.apache.spark.shuffle.S3ShuffleDataIO", remote: true, reliable: true},
		{plugin: "com.example.OurShuffleDataIO", remote: true, reliable: true},
		{manager: "org.apache.spark.shuffle.sort.S3ShuffleManager", remote: true},
		{manager: "org.apache.spark.sql.execution.auron.shuffle.celeborn.AuronCelebornShuffleManager", remote: true},
		{manager: "org.apache.spark.shuffle.gluten.uniffle.UniffleShuffleManager", remote: true},
		{manager: "org.apache.spark.sql.execution.blaze.shuffle.BlazeShuffleManager"}, // its own format, on local disks
		{manager: "org.apache.spark.sql.comet.execution.shuffle.CometShuffleManager"},
		{manager: "com.acme.CoolShuffleManager", unknown: true},
		{manager: "com.acme.CoolShuffleManager", plugin: "com.example.OurShuffleDataIO", remote: true, reliable: true},
	} {
		p := Properties{ShuffleManager: c.manager, ShuffleDataIO: c.plugin}
		if unknown := p.UnknownShuffle() != ""; unknown != c.unknown {
			t.Errorf("%q: unknown %v", c.manager, unknown)
		}
		if p.RemoteShuffle() != c.remote || p.ReliableShuffle() != c.reliable {
			t.Errorf("%q with plug-in %q: remote %v, reliable %v", c.manager, c.plugin, p.RemoteShuffle(), p.ReliableShuffle())
		}
	}
}
