package eventlog

import (
	"slices"

	"dynalloc/traces"
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
		case s.lineage != nil && len(s.lineage.reads) > 0:
			for _, p := range before {
				if slices.ContainsFunc(s.lineage.reads, func(r shuffleRead) bool { return p.lineage.has(r.parent) }) {
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
// one whose shuffle it reuses if it was skipped; a stage with neither is absent from
// the result. A map stage that ran only because that shuffle was lost is no work of
// its own: its runs go to the original, which keeps the first run of each partition.
func (a *assembler) link(stages []*stageLog) map[*stageLog]*stageLog {
	readers := a.readers(stages)
	type shuffle struct {
		lineage string
		tasks   int
	}
	originals := map[shuffle][]*stageLog{}
	origin := map[*stageLog]*stageLog{}
	for _, s := range stages {
		ran := s.submitted || len(s.runs) > 0
		_, isParent := readers[s]
		var key shuffle
		var fits []*stageLog
		if shuffles := s.lineage != nil && (s.writes || isParent || !ran); shuffles {
			key = shuffle{s.lineage.identity, s.total}
			fits = reusable(originals[key], s, readers)
		}
		if len(fits) == 0 {
			if !ran {
				a.counts[stagesNeverRun]++
				continue
			}
			origin[s] = s
			if key != (shuffle{}) {
				originals[key] = append(originals[key], s)
			}
			continue
		}
		if len(fits) > 1 {
			a.counts[ambiguousShuffles]++
		}
		o := fits[len(fits)-1]
		origin[s] = o
		if o.job < 0 {
			o.job = s.job
		}
		for _, r := range readers[s] {
			if !slices.Contains(readers[o], r) {
				readers[o] = append(readers[o], r)
			}
		}
		if len(s.runs) > 0 {
			a.counts[shufflesRecomputed]++
			o.adopt(s)
		}
	}
	return origin
}

// reusable returns the stages with the RDDs of s whose shuffle can be the one of s.
// It is surely the same if both are read through the same RDD, and perhaps if one of
// them has no known reader; stages of one job never share a shuffle.
func reusable(originals []*stageLog, s *stageLog, readers map[*stageLog][]int64) []*stageLog {
	var possible, sure []*stageLog
	for _, o := range originals {
		switch {
		case o.job == s.job && s.job >= 0:
		case slices.ContainsFunc(readers[o], func(rdd int64) bool { return slices.Contains(readers[s], rdd) }):
			sure = append(sure, o)
		case len(readers[o]) == 0 || len(readers[s]) == 0:
			possible = append(possible, o)
		}
	}
	if len(sure) > 0 {
		return sure
	}
	return possible
}

// readers returns, for each stage with children, the RDDs through which these read
// its shuffle. A child whose RDDs are not known adds none.
func (a *assembler) readers(stages []*stageLog) map[*stageLog][]int64 {
	readers := map[*stageLog][]int64{}
	for _, child := range stages {
		for _, id := range child.parents {
			parent := a.stages[id]
			if parent == nil || parent == child {
				continue
			}
			list := readers[parent]
			if child.lineage != nil {
				for _, r := range child.lineage.reads {
					if parent.lineage.has(r.parent) && !slices.Contains(list, r.rdd) {
						list = append(list, r.rdd)
					}
				}
			}
			readers[parent] = list
		}
	}
	return readers
}

// adopt adds the runs of a stage that computed the same shuffle later, as further
// attempts.
func (s *stageLog) adopt(later *stageLog) {
	shift := 1
	for i := range s.runs {
		shift = max(shift, int(s.runs[i].attempt)+1)
	}
	for _, r := range later.runs {
		r.attempt, r.adopted = int16(min(int(r.attempt)+shift, maxAttempt)), true
		s.runs = append(s.runs, r)
	}
	s.writes = s.writes || later.writes
	later.runs = nil
}

// sources returns the parents of stages that have work, as stages that have work.
func (a *assembler) sources(own []*stageLog, origin map[*stageLog]*stageLog) map[*stageLog][]*stageLog {
	parents := map[*stageLog][]*stageLog{}
	for _, s := range own {
		for _, id := range s.parents {
			if p := origin[a.stages[id]]; p != nil && p != s && !slices.Contains(parents[s], p) {
				parents[s] = append(parents[s], p)
			}
		}
	}
	return parents
}

// topological sorts the stages that have work, parents before children. Only in a
// damaged log is a stage its own ancestor; the link that closes the cycle is removed.
func (a *assembler) topological(own []*stageLog, parents map[*stageLog][]*stageLog) []*stageLog {
	const visiting, done = 1, 2
	state := map[*stageLog]int{}
	var order []*stageLog
	var visit func(*stageLog)
	visit = func(s *stageLog) {
		state[s] = visiting
		parents[s] = slices.DeleteFunc(parents[s], func(p *stageLog) bool {
			if state[p] == 0 {
				visit(p)
				return false
			}
			if state[p] == visiting {
				a.counts[cyclicStages]++
				return true
			}
			return false
		})
		state[s] = done
		order = append(order, s)
	}
	for _, s := range own {
		if state[s] == 0 {
			visit(s)
		}
	}
	return order
}
