package capacity

import (
	"maps"
	"slices"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// A user is a user in one queue.
type user struct {
	weight          float32
	used, amUsed    byLabel            // all containers, application masters
	ratio           map[string]float32 // of the partition that is used, by label
	waiting, active int                // applications
}

// applications is how many applications the user has.
func (u *user) applications() int { return u.waiting + u.active }

// waitsOnly reports whether applications of the user wait and none has started.
func (u *user) waitsOnly() bool { return u.waiting > 0 && u.active <= 0 }

// A usersManager holds the users of a queue and computes how much each may use. A user
// is active while an application of theirs waits for containers.
//
// Source: UsersManager.
type usersManager struct {
	leaf         *leafQueue
	users        map[string]*user
	active       map[string]bool
	applications map[string]map[int]bool // that wait, of active users; only looked up

	// Users none of whose applications has started: now, and when limits were last worked
	// out, which is the number that YARN uses.
	waitingOnlyNow, waitingOnly int

	activeUsed    byLabel
	inactiveUsed  byLabel
	activeWeights float32
	ratio         map[string]float32 // of the partition that the queue uses, by label

	// Limits are worked out anew when the version has changed.
	version int
	limits  map[limitKey]versionedLimit
	usual   [2]versionedLimit // by mode: those of nodes without label
}

// A limitKey says which limit of users it is: on the nodes of a label, in a mode.
type limitKey struct {
	label string
	mode  schedulingMode
	all   bool // as if all users were active
}

type versionedLimit struct {
	version int
	limit   scheduler.Resource
}

func newUsers(leaf *leafQueue) *usersManager {
	return &usersManager{
		leaf: leaf, users: map[string]*user{}, active: map[string]bool{},
		applications: map[string]map[int]bool{},
		ratio:        map[string]float32{}, limits: map[limitKey]versionedLimit{}, version: 1,
	}
}

// user is a user of the queue, who is added if not known yet.
func (m *usersManager) user(name string) *user {
	u := m.users[name]
	if u == nil {
		weight, ok := m.leaf.config.userWeights[name]
		if !ok {
			weight = 1
		}
		u = &user{weight: weight, ratio: map[string]float32{}}
		m.users[name] = u
	}
	return u
}

// count adds to the numbers of a user's applications.
func (m *usersManager) count(u *user, waiting, active int) {
	if u.waitsOnly() {
		m.waitingOnlyNow--
	}
	u.waiting += waiting
	u.active += active
	if u.waitsOnly() {
		m.waitingOnlyNow++
	}
}

// weightOf is the weight of a user, 1 if there is no such user.
func (m *usersManager) weightOf(name string) float32 {
	if len(m.leaf.config.userWeights) == 0 {
		return 1
	}
	if u := m.users[name]; u != nil {
		return u.weight
	}
	return 1
}

// remove takes out a user who has no applications any more.
func (m *usersManager) remove(name string) {
	delete(m.users, name)
	m.setActive(name, false)
}

func (m *usersManager) setActive(name string, active bool) {
	if delete(m.active, name); active {
		m.active[name] = true
	}
	if len(m.leaf.config.userWeights) == 0 {
		m.activeWeights = float32(len(m.active))
		return
	}
	m.activeWeights = 0
	for _, name := range slices.Sorted(maps.Keys(m.active)) {
		m.activeWeights += m.users[name].weight
	}
}

// activate notes that an application waits for containers.
func (m *usersManager) activate(name string, app int) {
	if u := m.users[name]; u != nil && u.active <= 0 {
		return
	}
	if m.applications[name] == nil {
		m.applications[name] = map[int]bool{}
		m.version++
		u := m.user(name)
		if !m.active[name] {
			m.setActive(name, true)
			u.move(&m.inactiveUsed, &m.activeUsed)
		}
	}
	m.applications[name][app] = true
}

// deactivate notes that an application waits for nothing more.
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
		m.setActive(name, false)
		u.move(&m.activeUsed, &m.inactiveUsed)
	}
}

// move moves what the user uses from one sum to another.
func (u *user) move(from, to *byLabel) {
	for _, x := range u.used {
		from.add(x.label, x.amount.Negative())
		to.add(x.label, x.amount)
	}
}

// numActive is how many users are active or have only waiting applications.
func (m *usersManager) numActive() int { return len(m.applications) + m.waitingOnly }

// addUsed adds to what a user uses in the queue.
func (m *usersManager) addUsed(name, label string, r scheduler.Resource) {
	u := m.user(name)
	u.used.add(label, r)
	if m.active[name] {
		m.activeUsed.add(label, r)
	} else {
		m.inactiveUsed.add(label, r)
	}
	m.version++
	before := u.ratio[label]
	u.ratio[label] = m.ratioOf(u, label)
	m.ratio[label] += u.ratio[label] - before
}

func (m *usersManager) ratioOf(u *user, label string) float32 {
	return m.leaf.s.calculator.Ratio(u.used.on(label), m.leaf.s.partitions[label])
}

// names are the names of the users, sorted, so that sums of floating-point numbers
// are the same in each run.
func (m *usersManager) names() []string { return slices.Sorted(maps.Keys(m.users)) }

// updateRatio works out the ratios of a partition anew after its size has changed.
func (m *usersManager) updateRatio(label string) {
	m.ratio[label] = 0
	for _, name := range m.names() {
		u := m.users[name]
		u.ratio[label] = m.ratioOf(u, label)
		m.ratio[label] += u.ratio[label]
	}
}

// limit is how much a user may use while the users that are active now are.
func (m *usersManager) limit(name, label string, mode schedulingMode) scheduler.Resource {
	return m.limitOf(name, limitKey{label: label, mode: mode})
}

// foresee is what limit would be for nodes without label, without the notes that it takes.
func (m *usersManager) foresee(name string) scheduler.Resource {
	known := m.usual[respectExclusivity]
	if known.version != m.version {
		known.limit = m.compute(limitKey{})
	}
	return m.ofUser(name, known.limit)
}

// ofUser is the limit of a user, given that of one with weight 1.
func (m *usersManager) ofUser(name string, limit scheduler.Resource) scheduler.Resource {
	return m.leaf.s.calculator.MultiplyDown(limit, float64(m.weightOf(name)), m.leaf.s.config.smallest)
}

// limitIfAllActive is how much a user could use if all users were active.
func (m *usersManager) limitIfAllActive(name, label string) scheduler.Resource {
	return m.limitOf(name, limitKey{label: label, all: true})
}

func (m *usersManager) limitOf(name string, key limitKey) scheduler.Resource {
	special := key.label != "" || key.all
	known := m.usual[key.mode]
	if special {
		known = m.limits[key]
	}
	if known.version != m.version {
		known = versionedLimit{m.version, m.compute(key)}
		if special {
			m.limits[key] = known
		} else {
			m.usual[key.mode] = known
		}
		m.waitingOnly = m.waitingOnlyNow
	}
	return m.ofUser(name, known.limit)
}

// compute works out the limit of a user with weight 1: an equal part of what active
// users have and the next container, or for all users of the queue's capacity; at
// least the configured percentage of the queue, and at most the configured multiple of
// its capacity. A queue that uses more than its capacity counts as that much larger
// (UsersManager.computeUserLimit).
func (m *usersManager) compute(key limitKey) scheduler.Resource {
	q, label := m.leaf, key.label
	calculator, partition, smallest := q.s.calculator, q.s.partitions[label], q.s.config.smallest
	guaranteed := q.share(label).guaranteed
	capacity := calculator.Max(partition, guaranteed, smallest)
	used := calculator.MultiplyUp(partition, float64(m.ratio[label]), smallest)
	current := capacity
	if calculator.Compare(partition, used, capacity) >= 0 {
		current = used.Plus(smallest)
	}
	equal := calculator.DivideUp(m.activeUsed.on(label).Plus(smallest), m.activeWeights)
	if key.all {
		var weights float32
		for _, name := range m.names() {
			weights += m.users[name].weight
		}
		equal = calculator.DivideUp(current, weights)
	}
	percent := calculator.DivideUpBy(current.Times(float64(q.config.userLimit)), 100)
	most := partition
	if key.mode == respectExclusivity {
		if q.config.userLimitFactor == -1 || guaranteed == (scheduler.Resource{}) {
			most = calculator.RoundDown(q.share(label).maximum, smallest)
		} else {
			most = capacity.Times(float64(q.config.userLimitFactor))
		}
	}
	limit := calculator.Max(partition, equal, percent)
	return calculator.RoundUp(calculator.Min(partition, limit, most), smallest)
}
