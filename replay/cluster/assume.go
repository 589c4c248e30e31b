package cluster

import (
	"cmp"
	"slices"
	"time"

	"dynalloc/replay/cluster/fit"
	"dynalloc/replay/cluster/manager"
	"dynalloc/traces"
)

// Assume returns the cluster that the logs themselves show: what their executors held
// when they held the most cores, on the hosts on which they were. It has no other room,
// so that whole executors fit as they did; executors of other sizes that ran at other
// times enlarge it where they would not fit. Drivers run beside it, because a log does
// not say what else their hosts held. Each node is at least as large as one executor of
// some profile, and each profile fits on some node. Executors whose host is not known
// were all on one. The real cluster may have been larger.
func Assume(w *traces.Workload) Cluster {
	var m assumedMachines
	lives := recordedLives(w)
	m.startAtPeak(lives)
	m.holdAll(lives)
	for _, a := range w.Apps {
		for i := range a.Profiles {
			p := &a.Profiles[i]
			one := manager.Resources{Cores: max(p.Cores, p.TaskCPUs), MemoryMB: p.Memory()}
			m.release(m.take(one), one)
		}
	}
	return Cluster{Manager: "standalone", Startup: -1, Pools: m.pools(), Assumed: true}
}

// A life is what one recorded executor took, and when, as its driver saw it.
type life struct {
	from, to time.Duration // from the workload's start
	host     string
	manager.Resources
}

// recordedLives returns the executors of all recorded applications, in order of their
// registration. In local mode there are none.
func recordedLives(w *traces.Workload) []life {
	var lives []life
	for _, a := range w.Apps {
		if a.Recorded == nil || a.LocalCores > 0 {
			continue
		}
		start := a.Submit + a.EarlierAttempts
		for i := range a.Recorded.Executors {
			x := &a.Recorded.Executors[i]
			to := x.Removed
			if to < 0 {
				to = a.Recorded.End
			}
			lives = append(lives, life{start + x.Added, start + max(to, x.Added+time.Millisecond), x.Host, manager.Resources{Cores: max(x.Cores, 1), MemoryMB: a.Profile(x.Profile).Memory()}})
		}
	}
	slices.SortStableFunc(lives, func(x, y life) int { return cmp.Compare(x.from, y.from) })
	return lives
}

// eachChange calls a function for the beginning and the end of each life, in order of
// time. Ends come first, because an executor can take the place of one that leaves.
func eachChange(lives []life, change func(which int, begins bool)) {
	ends := make([]int, len(lives))
	for i := range ends {
		ends[i] = i
	}
	slices.SortStableFunc(ends, func(x, y int) int { return cmp.Compare(lives[x].to, lives[y].to) })
	for i := range lives {
		for lives[ends[0]].to <= lives[i].from {
			change(ends[0], false)
			ends = ends[1:]
		}
		change(i, true)
	}
}

// peak is the time at which the most cores were held, and of several the one with the
// most memory.
func peak(lives []life) time.Duration {
	var at time.Duration
	var held, most manager.Resources
	eachChange(lives, func(which int, begins bool) {
		x, sign := &lives[which], 1
		if !begins {
			sign = -1
		}
		held.Cores, held.MemoryMB = held.Cores+sign*x.Cores, held.MemoryMB+int64(sign)*x.MemoryMB
		if held.Cores > most.Cores || held.Cores == most.Cores && held.MemoryMB > most.MemoryMB {
			most, at = held, x.from
		}
	})
	return at
}

// assumedMachines are the nodes of an assumed cluster, and what is free on each.
type assumedMachines struct {
	size, free []manager.Resources
	rooms      fit.Rooms // what is free: cores and memory
}

// set changes what is free on a machine.
func (m *assumedMachines) set(machine int, free manager.Resources) {
	m.free[machine] = free
	m.rooms.Set(machine, fit.Need{int64(free.Cores), free.MemoryMB})
}

// setAll has all of each machine free.
func (m *assumedMachines) setAll() {
	m.free = make([]manager.Resources, len(m.size))
	for i, size := range m.size {
		m.set(i, size)
	}
}

// startAtPeak makes one machine for each host that was used when the most cores were
// held, as large as what was held on it then.
func (m *assumedMachines) startAtPeak(lives []life) {
	at, machine := peak(lives), map[string]int{}
	for i := range lives {
		x := &lives[i]
		if x.from > at || x.to <= at {
			continue
		}
		on, known := machine[x.host]
		if !known {
			on = len(m.size)
			machine[x.host], m.size = on, append(m.size, manager.Resources{})
		}
		m.size[on].Cores += x.Cores
		m.size[on].MemoryMB += x.MemoryMB
	}
	m.setAll()
}

// holdAll places all executors in the order in which they registered, as a standalone
// Master does, and enlarges the machines where one does not fit.
func (m *assumedMachines) holdAll(lives []life) {
	on := make([]int, len(lives))
	eachChange(lives, func(which int, begins bool) {
		if begins {
			on[which] = m.take(lives[which].Resources)
		} else {
			m.release(on[which], lives[which].Resources)
		}
	})
	m.setAll()
}

// take takes resources on the machine with the most free cores of those that have
// enough. If none has, the one with the most free cores is enlarged.
func (m *assumedMachines) take(r manager.Resources) (machine int) {
	if len(m.size) == 0 {
		m.size = append(m.size, r)
		m.setAll()
	}
	best := m.freest(r)
	if best < 0 {
		best = m.freest(manager.Resources{})
	}
	free, size := m.free[best], &m.size[best]
	size.Cores += max(0, r.Cores-free.Cores)
	size.MemoryMB += max(0, r.MemoryMB-free.MemoryMB)
	m.set(best, manager.Resources{Cores: max(0, free.Cores-r.Cores), MemoryMB: max(0, free.MemoryMB-r.MemoryMB)})
	return best
}

// freest is the first of the machines that have enough and the most free cores; -1 if none
// has enough. The number of cores is found by halving the range in which it is.
func (m *assumedMachines) freest(r manager.Resources) int {
	with := func(cores int64) int { return m.rooms.Next(0, fit.Need{cores, r.MemoryMB}) }
	best := with(int64(r.Cores))
	if best < 0 {
		return -1
	}
	least, most := int64(m.free[best].Cores), m.rooms.Most()[0]
	for least < most {
		middle := least + (most-least+1)/2
		if i := with(middle); i < 0 {
			most = middle - 1
		} else {
			best, least = i, int64(m.free[i].Cores)
		}
	}
	return best
}

// release gives back what was taken.
func (m *assumedMachines) release(machine int, r manager.Resources) {
	free := m.free[machine]
	m.set(machine, manager.Resources{Cores: free.Cores + r.Cores, MemoryMB: free.MemoryMB + r.MemoryMB})
}

// pools groups machines of equal size.
func (m *assumedMachines) pools() []Pool {
	if len(m.size) == 0 {
		return []Pool{{Nodes: 1, Resources: manager.Resources{Cores: 1, MemoryMB: 1}}}
	}
	slices.SortFunc(m.size, func(x, y manager.Resources) int {
		return cmp.Or(cmp.Compare(y.Cores, x.Cores), cmp.Compare(y.MemoryMB, x.MemoryMB))
	})
	var pools []Pool
	for _, r := range m.size {
		r.MemoryMB = max(r.MemoryMB, 1) // a record without memory, such as SWF
		if n := len(pools); n > 0 && pools[n-1].Resources == r {
			pools[n-1].Nodes++
		} else {
			pools = append(pools, Pool{Nodes: 1, Resources: r})
		}
	}
	return pools
}
