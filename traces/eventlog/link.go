package eventlog

import (
	"slices"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/lineage"
)

// deriveParents finds the parents of stages that the log does not name. Before Spark
// 1.4 the RDDs of a stage tell which stages it reads. If they have no parents
// either, the stages of a job count as one chain in the order of their ids, in which
// Spark numbers parents before children.
func (a *assembler) deriveParents(stages []*stageLog) {
	chained := false
	byJob := map[int][]*stageLog{}
	for _, s := range stages {
		if s.hasParents || s.job < 0 {
			continue
		}
		before := byJob[s.job]
		byJob[s.job] = append(before, s)
		switch {
		case s.lineage != nil && len(s.lineage.Reads) > 0:
			for _, p := range before {
				if slices.ContainsFunc(s.lineage.Reads, func(r lineage.Read) bool { return p.lineage.Has(r.Parent) }) {
					s.parents = append(s.parents, p.id)
				}
			}
		case len(before) > 0:
			s.parents = []int{before[len(before)-1].id}
			chained = true
		}
	}
	if chained {
		a.note(traces.Complete, chainedStages.With())
	}
}

// link finds, for each stage, the stage that has its work: itself if it ran, or the
// one whose shuffle it reuses if it was skipped; a stage with neither gets none. A map stage that ran only because that shuffle was lost is no work of
// its own: its runs go to the original, which keeps the first run of each partition.
func (a *assembler) link(stages []*stageLog) {
	a.findReaders(stages)
	type shuffle struct {
		lineage string
		tasks   int
	}
	originals := map[shuffle][]*stageLog{}
	for _, s := range stages {
		ran := s.submitted || s.runs.size() > 0
		var key shuffle
		var fits []*stageLog
		if shuffles := s.lineage != nil && (s.writes || s.isParent || !ran); shuffles {
			key = shuffle{s.lineage.Identity, s.total}
			fits = reusable(originals[key], s)
		}
		if len(fits) == 0 {
			if !ran {
				a.counts[stagesNeverRun]++
				continue
			}
			s.origin = s
			if key != (shuffle{}) {
				originals[key] = append(originals[key], s)
			}
			continue
		}
		if len(fits) > 1 {
			a.counts[ambiguousShuffles]++
		}
		o := fits[len(fits)-1]
		s.origin = o
		if o.job < 0 {
			o.job = s.job
		}
		for _, r := range s.readers {
			if !slices.Contains(o.readers, r) {
				o.readers = append(o.readers, r)
			}
		}
		if s.runs.size() > 0 {
			a.counts[shufflesRecomputed]++
			a.adopt(o, s)
		}
	}
}

// reusable returns the stages with the RDDs of s whose shuffle can be the one of s.
// It is surely the same if both are read through the same RDD, and perhaps if one of
// them has no known reader; stages of one job never share a shuffle.
func reusable(originals []*stageLog, s *stageLog) []*stageLog {
	var possible, sure []*stageLog
	for _, o := range originals {
		switch {
		case o.job == s.job && s.job >= 0:
		case slices.ContainsFunc(o.readers, func(rdd int64) bool { return slices.Contains(s.readers, rdd) }):
			sure = append(sure, o)
		case len(o.readers) == 0 || len(s.readers) == 0:
			possible = append(possible, o)
		}
	}
	if len(sure) > 0 {
		return sure
	}
	return possible
}

// findReaders finds, for each stage with children, the RDDs through which these read
// its shuffle. A child whose RDDs are not known adds none.
func (a *assembler) findReaders(stages []*stageLog) {
	for _, child := range stages {
		for _, id := range child.parents {
			parent := a.stages.Get(id)
			if parent == nil || parent == child {
				continue
			}
			parent.isParent = true
			if child.lineage == nil {
				continue
			}
			for _, r := range child.lineage.Reads {
				if parent.lineage.Has(r.Parent) && !slices.Contains(parent.readers, r.RDD) {
					parent.readers = append(parent.readers, r.RDD)
				}
			}
		}
	}
}

// adopt adds to the runs of a stage those of one that computed the same shuffle later, as
// further attempts.
func (a *assembler) adopt(s, later *stageLog) {
	shift := 1
	s.runs.each(func(r *taskRun) { shift = max(shift, int(r.attempt)+1) })
	later.runs.each(func(r *taskRun) {
		r.attempt, r.adopted = int16(min(int(r.attempt)+shift, maxAttempt)), true
		a.runMemory.add(s, r)
	})
	s.writes = s.writes || later.writes
	later.runs = taskRuns{}
}

// findSources finds the parents of stages that have work, as stages that have work.
func (a *assembler) findSources(own []*stageLog) {
	for _, s := range own {
		for _, id := range s.parents {
			parent := a.stages.Get(id)
			if parent == nil {
				continue
			}
			if p := parent.origin; p != nil && p != s && !slices.Contains(s.sources, p) {
				s.sources = append(s.sources, p)
			}
		}
	}
}

// A visitState says how far a walk through the stages is with one of them.
type visitState uint8

const (
	unvisited visitState = iota
	visiting             // its parents are visited
	visited
)

// topological sorts the stages that have work, parents before children. Only in a
// damaged log is a stage its own ancestor; the link that closes the cycle is removed.
func (a *assembler) topological(own []*stageLog) []*stageLog {
	order := make([]*stageLog, 0, len(own))
	var visit func(*stageLog)
	visit = func(s *stageLog) {
		s.state = visiting
		s.sources = slices.DeleteFunc(s.sources, func(p *stageLog) bool {
			if p.state == unvisited {
				visit(p)
				return false
			}
			if p.state == visiting {
				a.counts[cyclicStages]++
				return true
			}
			return false
		})
		s.state = visited
		order = append(order, s)
	}
	for _, s := range own {
		if s.state == unvisited {
			visit(s)
		}
	}
	return order
}
