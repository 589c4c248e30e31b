package replay

import "time"

// A Cluster is what the applications share. Its text form is
// "standalone,nodes=4,cores=32,memory=64g,startup=4s".
type Cluster struct {
	Manager  string // "standalone"
	Nodes    int
	Cores    int           // of one node
	MemoryMB int64         // of one node, MiB
	Startup  time.Duration // grant to registration; negative: as learnt from the logs
	Assumed  bool          // not given but assumed from the logs: contention cannot be judged
}
