package policies

import "slices"

// shuffleUse names the running jobs that list a shuffle.
type shuffleUse struct {
	known bool
	jobs  []int
}

// jobStages are the map stages that a job listed when it started.
type jobStages struct {
	job    int
	stages []int32
}

// holds notes that an executor holds files of a shuffle. They keep it, whether
// or not a job needs them, until jobs are next compared (Q10).
func (m *monitor) holds(t *tracker, shuffle int) {
	if !t.shuffles.has(shuffle) {
		t.shuffles = t.shuffles.with(shuffle, len(m.shuffles))
		t.activeShuffle = true
	}
}

// jobStart wakes the shuffles that a job lists, also those of stages that it
// will skip: their holders stay until the job ends.
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

// jobEnd lets go of the executors that hold nothing of a running job. The
// job's stages are forgotten even if another running job shares them (Q9).
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

// shuffleCleaned drops a shuffle that the driver's garbage collector found
// unreachable. An executor that still holds another one stays as it is (Q11).
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

// reader is a running job that lists a shuffle of which the executor has files,
// or -1.
func (m *monitor) reader(t *tracker) int {
	for shuffle := range m.shuffles {
		if u := &m.shuffles[shuffle]; len(u.jobs) > 0 && t.shuffles.has(shuffle) {
			return u.jobs[0]
		}
	}
	return -1
}
