package policies

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is an application drawn at random on a small cluster drawn at random,
// run under our policy for less than a minute. All that its driver's listeners
// hear becomes the lines of a scenario, which Spark then hears word by word: what
// the cluster did is fixed, also if Spark would have decided otherwise. Most of
// what happens is ordinary; a wild world also loses events, cleans shuffles
// that are in use, and restarts its application master.
//
// Times are milliseconds, most of them on the grid of ticks, so that what comes
// at the same time as a deadline is common.
type world struct {
	seed   uint64
	random *rand.Rand
	script script // our policy, hearing the same lines
	lines  []string
	now    int
	queue  []worldEvent

	spec     Spec
	profiles int
	slots    []int
	nature   nature

	asked     []int // executors wanted, by profile
	executors []*worldExecutor
	jobs      []*worldJob
	stages    []*worldStage
	attempts  []*worldAttempt
}

// nature is how a world treats its application; probabilities are per mille.
type nature struct {
	until                          int
	latency, launch, lag           int // most that these take: an executor's start, its first task, its removal
	capacity                       int // executors of each profile that fit
	taskTime, straggler            int
	gap                            int // most between jobs
	widest                         int // most tasks of a stage
	fail, fetch, copies            int // of each task
	cache, evict, migrate          int
	crash, refuse, busy, exclude   int // of each second
	unpersist, clean, reset, noise int
	wild                           bool
}

type worldEvent struct {
	at int
	do func()
}

type worldExecutor struct {
	id         int
	profile    int
	registered bool // the listeners know it
	usable     bool // it takes tasks
	leaving    bool // given back, or lost without the driver's knowing the reason yet
	gone       bool
	running    []*worldTask
	blocks     []string // cached, as "3/0"
}

type worldJob struct {
	id     int
	result *worldStage
	stages []*worldStage // the whole graph
}

type worldStage struct {
	id, shuffle int // shuffle -1: a result stage
	profile     int
	parents     []*worldStage
	outputs     []int // executor that has each partition's output; -1: none has
	cached      int   // RDD whose blocks its tasks leave in the cache; -1: none
	attempt     *worldAttempt
	next        int // number of the next attempt
}

type worldAttempt struct {
	stage         *worldStage
	number        int
	partitions    []int // by task
	state         []taskState
	copied        []bool // a copy of the task was announced
	awaited       []int  // tasks whose copies wait for a slot
	unschedulable bool
}

type taskState uint8

const (
	taskPending taskState = iota
	taskRunning
	taskDone
)

type worldTask struct {
	attempt  *worldAttempt
	index    int
	executor *worldExecutor
	copy     bool
	ended    bool
}

// newScenario draws the scenario of a seed.
func newScenario(t *testing.T, seed uint64) scenario {
	w := &world{seed: seed, random: rand.New(rand.NewPCG(seed, 0x5eed)), script: script{t: t, file: fmt.Sprint("seed ", seed)}}
	first := w.drawSettings()
	w.lines = []string{first}
	w.script.at = first
	w.script.start(strings.Fields(first)[:2])
	w.asked = make([]int, w.profiles)
	w.asked[0] = w.script.policy.targets()[0].n
	w.script.requests = 0
	w.at(0, w.grant)
	w.at(w.time(w.nature.gap), w.newJob)
	w.at(1000, w.misfortune)
	w.run()
	return scenario{id: fmt.Sprint(seed), lines: w.lines}
}

// one draws one of the values; repeated ones are likelier.
func one[T any](w *world, values ...T) T { return values[w.random.IntN(len(values))] }

func (w *world) chance(perMille int) bool { return w.random.IntN(1000) < perMille }

// time draws a time below most: on the grid of ticks, or anywhere.
func (w *world) time(most int) int {
	ms := w.random.IntN(most + 1)
	if w.chance(600) {
		ms -= ms % 100
	}
	return ms
}

func (w *world) drawSettings() string {
	settings := []string{"spark"}
	set := func(key string, value any) { settings = append(settings, fmt.Sprint(key, "=", value)) }
	protection := one(w, "service", "service", "service,fetch-rdd=true", "tracking", "tracking", "tracking", "decommission",
		"tracking,decommission=true,migration=true", "service,decommission=true", "service,decommission=true", "service,tracking=true", "tracking,fetch-rdd=true")
	kind, rest, _ := strings.Cut(protection, ",")
	// One scenario in eight has reliable storage beside its protection or instead of it.
	// That hangs on the seed alone, so that the draws of all scenarios stay as they were.
	reliable := w.seed%8 == 0
	if reliable {
		set("remote", true)
	}
	switch kind {
	case "service":
		set("service", true)
		if reliable && rest == "" {
			settings = append(settings[:len(settings)-1], "service=false", "tracking=false")
		}
	case "tracking":
		set("service", false)
		set("tracking", true)
		if timeout := one(w, "", "0s", "1s", "2500ms", "4s", "15s"); timeout != "" {
			set("tracking-timeout", timeout)
		}
	case "decommission":
		set("service", false)
		set("tracking", false)
		set("decommission", true)
		set("migration", one(w, true, false))
	}
	if rest != "" {
		settings = append(settings, strings.Split(rest, ",")...)
	}
	set("idle", one(w, "0s", "1s", "1s", "2s", "3s", "5s"))
	if cached := one(w, "", "1s", "2s", "4s", "7s"); cached != "" {
		set("cached", cached)
	}
	set("backlog", one(w, "1s", "1s", "1s", "2s"))
	if sustained := one(w, "", "", "1s", "2s", "3s"); sustained != "" {
		set("sustained", sustained)
	}
	low := one(w, 0, 0, 0, 1, 2, 4)
	set("min", low)
	if high := one(w, 0, 0, 3, 5, 8, 12, 20); high > 0 {
		set("max", max(high, low))
	}
	if initial := one(w, -1, -1, 0, 2, 5, 14); initial >= 0 {
		set("initial", initial)
	}
	set("ratio", one(w, "1", "1", "1", "0.5", "0.3", "0.75", "0.1"))
	w.profiles = one(w, 1, 1, 1, 2, 3)
	var slots []string
	for range w.profiles {
		n := one(w, 1, 1, 1, 2, 2, 3, 4, 8)
		w.slots = append(w.slots, n)
		slots = append(slots, fmt.Sprint(n))
	}
	w.drawNature()
	policy := strings.Join(settings, ",")
	spec, err := Parse(policy)
	if err != nil {
		w.script.t.Fatal(err)
	}
	w.spec = spec
	return fmt.Sprintf("%s slots=%s until=%d", policy, strings.Join(slots, ","), w.nature.until/1000)
}

func (w *world) drawNature() {
	w.nature = nature{
		until:   1000 * (15 + w.random.IntN(30)),
		latency: one(w, 0, 500, 2000, 5000), launch: one(w, 0, 0, 600), lag: one(w, 0, 300, 3000, 6000),
		capacity: one(w, 1, 4, 10, 30, 60, 60),
		taskTime: one(w, 300, 1000, 3000, 8000), straggler: one(w, 0, 50, 150),
		gap: one(w, 1000, 3000, 8000), widest: one(w, 3, 8, 8, 20, 60),
		fail: one(w, 0, 0, 20, 100), fetch: one(w, 0, 0, 30), copies: one(w, 0, 0, 100, 300),
		cache: one(w, 0, 0, 300, 1000), evict: one(w, 0, 100), migrate: one(w, 0, 300, 800, 1000),
		crash: one(w, 0, 0, 40, 150), refuse: one(w, 0, 0, 0, 150), busy: one(w, 0, 0, 150), exclude: one(w, 0, 0, 100),
		unpersist: one(w, 0, 100), clean: one(w, 0, 300, 900),
		wild: w.chance(300),
	}
	if w.nature.wild {
		w.nature.noise, w.nature.reset = one(w, 0, 20, 60), one(w, 0, 0, 80)
	}
}

// say tells the listeners something: a line of the scenario. In a wild world
// it may be lost, as events are when the queue of Spark's bus is full.
func (w *world) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	rare := strings.HasPrefix(line, "add") || strings.HasPrefix(line, "job")
	if w.chance(w.nature.noise) || rare && w.chance(5*w.nature.noise) {
		return
	}
	words := strings.Fields(line)
	w.lines = append(w.lines, seconds(w.script.now)+" "+line)
	w.script.at = line
	w.script.do(words[0], words[1:])
	if w.script.requests > 0 {
		w.heard()
	}
}

// at plans something.
func (w *world) at(at int, do func()) {
	i := len(w.queue)
	for i > 0 && w.queue[i-1].at > at {
		i--
	}
	w.queue = slices.Insert(w.queue, i, worldEvent{at, do})
}

func (w *world) after(wait int, do func()) { w.at(w.now+wait, do) }

func (w *world) run() {
	for tick := 0; tick <= w.nature.until; tick += 100 {
		for len(w.queue) > 0 && w.queue[0].at <= tick {
			e := w.queue[0]
			w.queue = w.queue[1:]
			w.set(e.at)
			e.do()
		}
		w.set(tick)
		w.script.removed = nil
		w.script.policy.Tick(w.script.now)
		for _, id := range w.script.removed {
			w.leave(w.executors[w.script.number(id)])
		}
		if w.script.requests > 0 {
			w.heard()
		}
		w.set(tick + 1) // what comes of the tick comes after it
	}
}

func (w *world) set(now int) {
	w.now = max(w.now, now)
	w.script.now = time.Duration(w.now) * time.Millisecond
}

// heard takes what the policy has asked for, if requests get through.
func (w *world) heard() {
	w.script.requests = 0
	if w.script.refuse {
		return
	}
	for i, p := range w.script.policy.targets() {
		if p.known {
			w.asked[i] = p.n
		}
	}
	w.after(0, w.grant)
}

// misfortune comes once a second.
func (w *world) misfortune() {
	n := w.nature
	if w.chance(n.crash) {
		if e := w.anyone(func(e *worldExecutor) bool { return !e.gone && e.registered }); e != nil {
			e.leaving = true // until the reason is known
			w.after(w.time(n.lag), func() { w.lose(e, one(w, "", "", "", "decommissioned", "unfinished")) })
		}
	}
	if w.script.refuse && w.chance(500) {
		w.say("accept")
	} else if w.chance(n.refuse) {
		w.say("refuse")
	}
	if w.chance(n.busy) {
		var ids []string
		for _, e := range w.executors {
			if !e.gone && w.chance(400) {
				ids = append(ids, fmt.Sprint(e.id))
			}
		}
		w.say("busy %s", strings.Join(append(ids, "-"), ","))
	}
	if w.chance(n.unpersist) {
		w.unpersist()
	}
	if w.chance(n.exclude) && len(w.attempts) > 0 {
		a := one(w, w.attempts[max(0, len(w.attempts)-4):]...)
		if n.wild && w.chance(300) { // before the attempt is submitted
			w.say("unschedulable %d.%d", a.stage.id, a.stage.next)
		} else if a.unschedulable = !a.unschedulable; a.unschedulable {
			w.say("unschedulable %d.%d", a.stage.id, a.number)
		} else {
			w.say("schedulable %d.%d", a.stage.id, a.number)
		}
	}
	if w.chance(n.reset) {
		w.restart()
	}
	if n.wild && w.chance(n.clean) {
		if s := w.anyStage(func(s *worldStage) bool { return s.shuffle >= 0 }); s != nil {
			w.say("clean %d", s.shuffle)
		}
	}
	w.after(1000-w.now%1000+w.time(900), w.misfortune)
}

func (w *world) anyone(ok func(*worldExecutor) bool) *worldExecutor {
	var found []*worldExecutor
	for _, e := range w.executors {
		if ok(e) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return one(w, found...)
}

func (w *world) anyStage(ok func(*worldStage) bool) *worldStage {
	var found []*worldStage
	for _, s := range w.stages {
		if ok(s) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return one(w, found...)
}
