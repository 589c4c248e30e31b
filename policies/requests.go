package policies

// send asks for the targets of all profiles that are known. It is false if the
// request did not reach the manager.
func (b *accounting) send() bool {
	b.sent = b.sent[:0]
	for i, t := range b.wanted {
		if b.known[i] {
			b.sent = append(b.sent, t)
		}
	}
	return b.client.RequestTotal(b.sent)
}

// remove gives back those of some idle executors that the targets do not hold, in
// the order of the list. It tells whether it asked for any.
func (b *accounting) remove(idle []idleExecutor, why func(ExecutorID) Reason) bool {
	for i := range b.left {
		b.left[i] = -1
	}
	b.removals = b.removals[:0]
	for _, e := range idle {
		if e.profile < 0 {
			continue
		}
		left := &b.left[e.profile]
		if *left < 0 {
			*left = b.monitor.profiles[e.profile+1].staying()
		}
		if *left <= b.wanted[e.profile].N {
			continue
		}
		*left--
		b.removals = append(b.removals, Removal{Executor: e.id, Why: why(e.id)})
	}
	if len(b.removals) == 0 {
		return false
	}
	gone := b.client.Remove(b.removals)
	b.send() // Spark asserts its totals again after each removal
	b.monitor.leaving(gone, b.kill)
	return true
}
