package policies

import "slices"

// shuffleUse lists the running jobs that may read a shuffle.
type shuffleUse struct {
	known bool // a job has listed it, and it has not been cleaned since then
	jobs  []int
}

// jobStages are the map stages that a job listed when it started.
type jobStages struct {
	job    int
	stages []MapStage
}

// addShuffle notes that an executor has files of a shuffle. The files hold the
// executor, even if no job needs them, until jobEnd checks all shuffles again (Q10).
func (m *monitor) addShuffle(t *tracker, shuffle int) {
	if !t.shuffles.has(shuffle) {
		t.shuffles = t.shuffles.with(shuffle, len(m.shuffles))
		t.activeShuffle = true
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
			m.shuffles = append(m.shuffles, shuffleUse{})
		}
		u := &m.shuffles[s.Shuffle]
		reused = reused || u.known
		if !u.known {
			u.known = true
			m.knownShuffles++
		}
		if len(u.jobs) == 0 {
			m.active = append(m.active, int(s.Shuffle))
		}
		u.jobs = append(u.jobs, e.Job)
		m.writes[s.Stage] = int(s.Shuffle)
	}
	m.jobs = append(m.jobs, jobStages{e.Job, slices.Clone(e.Stages)})
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
			delete(m.writes, s.Stage)
			m.released(int(s.Shuffle), e.Job)
		}
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

func (m *monitor) notActive(shuffle int) {
	if i := slices.Index(m.active, shuffle); i >= 0 {
		m.active = slices.Delete(m.active, i, i+1)
	}
}

// shuffleCleaned removes a shuffle that the driver's garbage collector found
// unreachable. The mark of an executor with files of another shuffle does not change
// (Q11).
func (m *monitor) shuffleCleaned(e *Event) {
	if e.Shuffle < len(m.shuffles) && m.shuffles[e.Shuffle].known {
		m.shuffles[e.Shuffle] = shuffleUse{}
		m.knownShuffles--
		m.notActive(e.Shuffle)
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
