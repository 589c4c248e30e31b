package kubernetes

import "slices"

// A line is pending pods that are alike: if the first of them has no room, none
// has. kube-scheduler knows them one by one; to hold them in lines gives the
// same order and asks less often.
type line struct {
	like *pod   // what they are like
	pods []*pod // in order of joining; those that have left are taken out in time
	left int    // of pods, those that have left
}

// join has a pod wait for a node.
func (m *Manager) join(p *pod) {
	i := slices.IndexFunc(m.lines, func(l *line) bool { return l.like.alike(p) })
	if i < 0 {
		i = len(m.lines)
		m.lines = append(m.lines, &line{like: p})
	}
	m.turns++
	p.turn, p.line = m.turns, m.lines[i]
	p.line.pods = append(p.line.pods, p)
	m.retry, m.scanStale = true, true
}

// leave takes a pod out of its line. The first one always waits.
func (m *Manager) leave(p *pod) {
	l := p.line
	if l == nil {
		return
	}
	p.line = nil
	m.scanStale = true
	l.left++
	for len(l.pods) > 0 && l.pods[0].line != l {
		l.pods = l.pods[1:]
		l.left--
	}
	if 2*l.left > len(l.pods) {
		l.pods = slices.DeleteFunc(l.pods, func(p *pod) bool { return p.line != l })
		l.left = 0
	}
}

// alike tells whether two pods have the same chances.
func (p *pod) alike(o *pod) bool {
	return p.request == o.request && p.priority == o.priority && p.preempts == o.preempts && p.driver == o.driver &&
		p.placeholder == o.placeholder && slices.Equal(p.pools, o.pools)
}

// waiting is how many pods wait in a line.
func (l *line) waiting() int { return len(l.pods) - l.left }
