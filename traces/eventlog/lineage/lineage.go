// Package lineage keeps which RDDs stages compute (lineage.go).
package lineage

import (
	"encoding/binary"
	"slices"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
)

// A Lineage is the RDDs of a stage. Stages that compute the same shuffle have equal
// lineages, under new stage ids in each job.
type Lineage struct {
	Identity string // the RDD ids, encoded
	Reads    []Read
	Caches   []traces.CachedRDD
	Barrier  bool    // one of the RDDs is a barrier
	ids      []int64 // sorted
}

// A Read is an RDD whose parent another stage computes. It is the reading end of a shuffle,
// and the only thing that tells two shuffles of one RDD apart.
type Read struct{ RDD, Parent int64 }

// Has reports whether an RDD is one of those of the stage.
func (l *Lineage) Has(rdd int64) bool {
	if l == nil {
		return false
	}
	_, ok := slices.BinarySearch(l.ids, rdd)
	return ok
}

// Lineages are those of the stages of a log. The zero value has none.
type Lineages struct {
	known  map[string]*Lineage // by all that makes it
	key    []byte              // memory
	recent [64]recent          // by stage
}

// A recent is a lineage that was made of the list with this RDD at its beginning. Few are kept,
// because each holds the memory of its list: the events of a stage come soon one after another.
type recent struct {
	first   *scan.RDD
	lineage *Lineage
}

// Of returns the lineage of a stage's RDDs, which are sorted and at least one, the same object
// for equal RDDs.
func (k *Lineages) Of(stage int, rdds []scan.RDD) *Lineage {
	latest := &k.recent[stage%len(k.recent)]
	if latest.first != &rdds[0] {
		*latest = recent{&rdds[0], k.of(rdds)}
	}
	return latest.lineage
}

func (k *Lineages) of(rdds []scan.RDD) *Lineage {
	key := binary.AppendUvarint(k.key[:0], uint64(len(rdds)))
	for i := range rdds {
		key = binary.AppendVarint(key, rdds[i].ID)
	}
	identity := len(key)
	for i := range rdds {
		r := &rdds[i]
		key = binary.AppendVarint(key, int64(len(r.Parents)))
		for _, parent := range r.Parents {
			key = binary.AppendVarint(key, parent)
		}
		key = append(key, bit(r.Memory)|bit(r.Disk)<<1|bit(r.Barrier)<<2)
	}
	k.key = key
	if l := k.known[string(key)]; l != nil {
		return l
	}
	all := string(key)
	l := &Lineage{Identity: all[:identity], ids: make([]int64, len(rdds))}
	for i := range rdds {
		r := &rdds[i]
		l.ids[i] = r.ID
		l.Barrier = l.Barrier || r.Barrier
		if r.Memory || r.Disk {
			l.Caches = append(l.Caches, traces.CachedRDD{ID: int(r.ID), Memory: r.Memory, Disk: r.Disk})
		}
	}
	for i := range rdds {
		for _, parent := range rdds[i].Parents {
			if !l.Has(parent) {
				l.Reads = append(l.Reads, Read{rdds[i].ID, parent})
			}
		}
	}
	if k.known == nil {
		k.known = map[string]*Lineage{}
	}
	k.known[all] = l
	return l
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
