package capacity

import (
	"maps"
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A capacityUser is a user in one queue.
type user struct {
	weight          float32
	used, masters   map[string]scheduler.Resource // by label
	ratio           map[string]float32            // of the partition
	waiting, active int                           // applications
}

// A usersManager knows who is active in a queue and how much each may have; the
// class UsersManager.
type usersManager struct {
	leaf  *leafQueue
	users map[string]*user

	// A user is active while an application of theirs waits for containers.
	active       map[string]bool
	applications map[string]map[int]bool // that wait, of active users

	onlyWaiting   int // users none of whose applications has started
	activeUsed    map[string]scheduler.Resource
	idleUsed      map[string]scheduler.Resource
	activeWeights float32
	ratio         map[string]float32 // used by the queue, of the partition

	// Limits are worked out anew when the version has changed.
	version int
	limits  map[limitKey]versionedLimit
}

type limitKey struct {
	label string
	mode  mode
	all   bool // of all users, not of active ones
}

type versionedLimit struct {
	version int
	limit   scheduler.Resource
}

func newUsers(leaf *leafQueue) *usersManager {
	return &usersManager{
		leaf: leaf, users: map[string]*user{}, active: map[string]bool{},
		applications: map[string]map[int]bool{}, activeUsed: map[string]scheduler.Resource{}, idleUsed: map[string]scheduler.Resource{},
		ratio: map[string]float32{}, limits: map[limitKey]versionedLimit{}, version: 1,
	}
}

func (m *usersManager) user(name string) *user {
	u, ok := m.users[name]
	if !ok {
		weight, ok := m.leaf.config.weights[name]
		if !ok {
			weight = 1
		}
		u = &user{weight: weight, used: map[string]scheduler.Resource{}, masters: map[string]scheduler.Resource{}, ratio: map[string]float32{}}
		m.users[name] = u
	}
	return u
}

func (m *usersManager) remove(name string) {
	delete(m.users, name)
	delete(m.active, name)
	m.sumWeights()
}

func (m *usersManager) sumWeights() {
	m.activeWeights = 0
	for _, name := range slices.Sorted(maps.Keys(m.active)) {
		m.activeWeights += m.users[name].weight
	}
}

func (m *usersManager) weightOfAll() float32 {
	var sum float32
	for _, name := range slices.Sorted(maps.Keys(m.users)) {
		sum += m.users[name].weight
	}
	return sum
}

// activate tells that an application waits for containers.
func (m *usersManager) activate(name string, app int) {
	if u := m.users[name]; u != nil && u.active <= 0 {
		return
	}
	if m.applications[name] == nil {
		m.applications[name] = map[int]bool{}
		m.version++
		u := m.user(name)
		if !m.active[name] {
			m.active[name] = true
			m.sumWeights()
			m.move(u, m.idleUsed, m.activeUsed)
		}
	}
	m.applications[name][app] = true
}

// deactivate tells that an application waits for nothing more.
func (m *usersManager) deactivate(name string, app int) {
	apps := m.applications[name]
	if apps == nil {
		return
	}
	delete(apps, app)
	if len(apps) > 0 {
		return
	}
	delete(m.applications, name)
	m.version++
	if u := m.users[name]; u != nil && m.active[name] {
		delete(m.active, name)
		m.sumWeights()
		m.move(u, m.activeUsed, m.idleUsed)
	}
}

func (m *usersManager) move(u *user, from, to map[string]scheduler.Resource) {
	for label, r := range u.used { // any order: each label by itself
		from[label] = from[label].Minus(r)
		to[label] = to[label].Plus(r)
	}
}

func (m *usersManager) numActive() int { return len(m.applications) + m.onlyWaiting }

// use adds to what a user has in the queue.
func (m *usersManager) use(name, label string, r scheduler.Resource) {
	u := m.user(name)
	u.used[label] = u.used[label].Plus(r)
	total := m.idleUsed
	if m.active[name] {
		total = m.activeUsed
	}
	total[label] = total[label].Plus(r)
	m.version++
	before := u.ratio[label]
	u.ratio[label] = m.leaf.s.calculator.Ratio(u.used[label], m.leaf.s.partitions[label])
	m.ratio[label] += u.ratio[label] - before
}

// updateRatio sums up anew, after the partition has changed.
func (m *usersManager) updateRatio(label string) {
	var sum float32
	for _, name := range slices.Sorted(maps.Keys(m.users)) {
		u := m.users[name]
		u.ratio[label] = m.leaf.s.calculator.Ratio(u.used[label], m.leaf.s.partitions[label])
		sum += u.ratio[label]
	}
	m.ratio[label] = sum
}

// limit is how much a user may have while others are active.
func (m *usersManager) limit(name, label string, of mode) scheduler.Resource {
	return m.limitOf(name, limitKey{label: label, mode: of})
}

// limitOfAll is how much a user would have if all users were active.
func (m *usersManager) limitOfAll(name, label string) scheduler.Resource {
	return m.limitOf(name, limitKey{label: label, all: true})
}

func (m *usersManager) limitOf(name string, key limitKey) scheduler.Resource {
	known := m.limits[key]
	if known.version != m.version {
		known = versionedLimit{m.version, m.compute(key)}
		m.limits[key] = known
		m.onlyWaiting = 0
		for _, u := range m.users { // any order: a count
			if u.waiting > 0 && u.active <= 0 {
				m.onlyWaiting++
			}
		}
	}
	weight := float32(1)
	if u := m.users[name]; u != nil {
		weight = u.weight
	}
	return m.leaf.s.calculator.MultiplyDown(known.limit, float64(weight), m.leaf.s.config.minimum)
}

// compute is UsersManager.computeUserLimit: an equal part of what active users have
// and the next container, or for all users of the queue's capacity, at least the
// configured percentage of the queue, which counts as larger if it is over its
// capacity, and at most the configured multiple of its capacity.
func (m *usersManager) compute(key limitKey) scheduler.Resource {
	q, label := m.leaf, key.label
	rc, partition, least := q.s.calculator, q.s.partitions[label], q.s.config.minimum
	guaranteed := q.share(label).guaranteed
	capacity := rc.Max(partition, guaranteed, least)
	consumed := rc.MultiplyUp(partition, float64(m.ratio[label]), least)
	current := capacity
	if rc.Compare(partition, consumed, capacity) >= 0 {
		current = consumed.Plus(least)
	}
	equal := rc.DivideUp(m.activeUsed[label].Plus(least), m.activeWeights)
	if key.all {
		equal = rc.DivideUp(current, m.weightOfAll())
	}
	percent := rc.DivideUpBy(current.Times(float64(q.config.userLimit)), 100)
	limit := rc.Max(partition, equal, percent)
	most := partition
	if key.mode == respectExclusivity {
		if q.config.userLimitFactor == -1 || guaranteed == (scheduler.Resource{}) {
			most = rc.RoundDown(q.share(label).most, least)
		} else {
			most = capacity.Times(float64(q.config.userLimitFactor))
		}
	}
	return rc.RoundUp(rc.Min(partition, limit, most), least)
}
