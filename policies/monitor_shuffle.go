package policies

import "slices"

// shuffleUse lists the running jobs that may read a shuffle.
type shuffleUse struct {
	known bool // a job has listed it, and it has not been cleaned since then
	jobs  []int
	at    int // in monitor.active, if a running job lists it
}

// noShuffle stands for a shuffle where there is none.
const noShuffle = -1

// jobStages are the map stages that a job listed when it started.
type jobStages struct {
	job    int
	stages []MapStage
}

// addShuffle notes that an executor has files of a shuffle. The files hold the
// executor, even if no job needs them, until jobEnd checks all shuffles again (Q10).
func (m *monitor) addShuffle(t *tracker, shuffle int) {
	if !t.shuffles.has(shuffle) {
		t.shuffles = m.sets.with(t.shuffles, shuffle, len(m.shuffles))
		t.activeShuffle = true
		t.firstShuffle = min(t.firstShuffle, shuffle)
	}
}

// jobStart marks the shuffles of a job's stages as active, also those of stages
// that it will skip: executors with files of them stay until the job ends.
func (m *monitor) jobStart(e *Event) {
	if !m.tracking {
		return
	}
	reused := false
	for _, s := range e.Stages {
		for int(s.Shuffle) >= len(m.shuffles) {
			m.shuffles = slices.Grow(m.shuffles, 1)[:len(m.shuffles)+1]
			last := &m.shuffles[len(m.shuffles)-1]
			*last = shuffleUse{jobs: last.jobs[:0]}
		}
		u := &m.shuffles[s.Shuffle]
		m.firstActive = min(m.firstActive, int(s.Shuffle))
		reused = reused || u.known
		if !u.known {
			u.known = true
			m.knownShuffles++
		}
		if len(u.jobs) == 0 {
			u.at = len(m.active)
			m.active = append(m.active, int(s.Shuffle))
		}
		u.jobs = append(u.jobs, e.Job)
		for int(s.Stage) >= len(m.writes) {
			m.writes = append(m.writes, noShuffle)
		}
		m.writes[s.Stage] = int(s.Shuffle)
	}
	var stages []MapStage
	if n := len(m.unused); n > 0 {
		stages, m.unused = m.unused[n-1], m.unused[:n-1]
	}
	m.jobs = append(m.jobs, jobStages{e.Job, append(stages, e.Stages...)})
	if !reused {
		return
	}
	for _, id := range m.live {
		t := &m.trackers[id]
		if t.activeShuffle {
			continue
		}
		t.activeShuffle = slices.ContainsFunc(e.Stages, func(s MapStage) bool { return t.shuffles.has(int(s.Shuffle)) })
		if t.activeShuffle {
			m.next = stale
		}
	}
}

// jobEnd releases the executors without files of a shuffle that another running
// job lists. The job's stages are forgotten even if a running job shares them (Q9).
func (m *monitor) jobEnd(e *Event) {
	i := slices.IndexFunc(m.jobs, func(j jobStages) bool { return j.job == e.Job })
	if i >= 0 {
		for _, s := range m.jobs[i].stages {
			m.writes[s.Stage] = noShuffle
			m.released(int(s.Shuffle), e.Job)
		}
		m.unused = append(m.unused, m.jobs[i].stages[:0])
		m.jobs = slices.Delete(m.jobs, i, i+1)
	}
	if len(m.active) == m.knownShuffles {
		return
	}
	for _, id := range m.live {
		t := &m.trackers[id]
		if !t.activeShuffle {
			continue
		}
		t.activeShuffle = slices.ContainsFunc(m.active, t.shuffles.has)
		m.updateDeadline(t)
	}
}

// released removes a job from those that may read a shuffle.
func (m *monitor) released(shuffle, job int) {
	u := &m.shuffles[shuffle]
	j := slices.Index(u.jobs, job)
	if j < 0 {
		return // the shuffle was cleaned while the job ran
	}
	u.jobs = slices.Delete(u.jobs, j, j+1)
	if len(u.jobs) == 0 {
		m.notActive(shuffle)
	}
}

// notActive takes a shuffle out of those that running jobs list.
func (m *monitor) notActive(shuffle int) {
	at, last := m.shuffles[shuffle].at, m.active[len(m.active)-1]
	m.active[at], m.shuffles[last].at = last, at
	m.active = m.active[:len(m.active)-1]
}

// written is the shuffle that a stage of a running job writes.
func (m *monitor) written(stage int32) int {
	if int(stage) >= len(m.writes) {
		return noShuffle
	}
	return m.writes[stage]
}

// shuffleCleaned removes a shuffle that the driver's garbage collector found
// unreachable. The mark of an executor with files of another shuffle does not change
// (Q11).
func (m *monitor) shuffleCleaned(e *Event) {
	if e.Shuffle < len(m.shuffles) && m.shuffles[e.Shuffle].known {
		if len(m.shuffles[e.Shuffle].jobs) > 0 {
			m.notActive(e.Shuffle)
		}
		m.shuffles[e.Shuffle] = shuffleUse{}
		m.knownShuffles--
	}
	for _, id := range m.live {
		t := &m.trackers[id]
		t.shuffles.remove(e.Shuffle)
		if t.shuffles.len() == 0 {
			t.activeShuffle = false
			m.updateDeadline(t)
		}
	}
}
