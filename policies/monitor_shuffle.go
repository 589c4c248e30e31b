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
	stages []int32
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
	stages := make([]int32, len(e.Stages))
	for i, s := range e.Stages {
		for int(s.Shuffle) >= len(m.shuffles) {
			m.shuffles = append(m.shuffles, shuffleUse{})
		}
		u := &m.shuffles[s.Shuffle]
		reused = reused || u.known
		u.known = true
		u.jobs = append(u.jobs, e.Job)
		m.writes[s.Stage] = int(s.Shuffle)
		stages[i] = s.Stage
	}
	m.jobs = append(m.jobs, jobStages{e.Job, stages})
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
	unused := false
	active := m.active[:0]
	for shuffle := range m.shuffles {
		u := &m.shuffles[shuffle]
		if !u.known {
			continue
		}
		if i := slices.Index(u.jobs, e.Job); i >= 0 {
			u.jobs = slices.Delete(u.jobs, i, i+1)
		}
		if len(u.jobs) > 0 {
			active = append(active, shuffle)
		} else {
			unused = true
		}
	}
	m.active = active
	if unused {
		for _, id := range m.live {
			t := &m.trackers[id]
			if !t.activeShuffle {
				continue
			}
			t.activeShuffle = slices.ContainsFunc(active, t.shuffles.has)
			m.updateDeadline(t)
		}
	}
	if i := slices.IndexFunc(m.jobs, func(j jobStages) bool { return j.job == e.Job }); i >= 0 {
		for _, stage := range m.jobs[i].stages {
			delete(m.writes, stage)
		}
		m.jobs = slices.Delete(m.jobs, i, i+1)
	}
}

// shuffleCleaned removes a shuffle that the driver's garbage collector found
// unreachable. The mark of an executor with files of another shuffle does not change
// (Q11).
func (m *monitor) shuffleCleaned(e *Event) {
	if e.Shuffle < len(m.shuffles) {
		m.shuffles[e.Shuffle] = shuffleUse{}
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
