package policies

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestScripts plays the event scripts in testdata: what Spark's listeners are
// told, and what its manager and monitor make of it. testdata/README.md is the
// key to them. A subtest has the id of its golden case.
func TestScripts(t *testing.T) {
	for _, s := range readScripts(t) {
		t.Run(s.id, func(t *testing.T) {
			s.wrong = func(text string) { t.Error(text) }
			s.play(t)
		})
	}
}

func readScripts(t *testing.T) []*script {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts in testdata", err)
	}
	var scripts []*script
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			line, _, _ = strings.Cut(line, "#")
			switch line = strings.TrimSpace(line); {
			case line == "":
			case strings.HasPrefix(line, "== "):
				scripts = append(scripts, &script{file: filepath.Base(file), id: strings.Fields(line)[1]})
			default:
				s := scripts[len(scripts)-1]
				s.lines = append(s.lines, scriptLine{i + 1, line})
			}
		}
	}
	return scripts
}

// script is one case: a line with the policy, then one line for each event.
type script struct {
	file, id string
	lines    []scriptLine

	t        *testing.T
	wrong    func(text string) // is told what is not as expected
	at       string            // file and line, for messages
	now      time.Duration
	policy   *allocationManager
	refuse   bool     // the manager does not take requests
	busy     []string // executors that the manager will not let go
	requests int
	asked    string // the totals of the last request, as "0:5,1:2"
	removed  []string
	because  Reason        // why the last of them was given back
	wake     time.Duration // what the last tick returned
	losses   losses
	quirks   *quirks // counts quirks; nil: they are not counted
}

type scriptLine struct {
	number int
	text   string
}

func (s *script) play(t *testing.T) {
	s.t = t
	for i, line := range s.lines {
		s.at = fmt.Sprintf("%s:%d: %s", s.file, line.number, line.text)
		action, expected, _ := strings.Cut(line.text, "->")
		words := strings.Fields(action)
		if i == 0 {
			s.start(words)
		} else {
			seconds, err := strconv.ParseFloat(words[0], 64)
			if err != nil {
				t.Fatalf("%s: want a time in seconds first", s.at)
			}
			s.now = time.Duration(seconds*1000+0.5) * time.Millisecond
			s.requests, s.removed = 0, nil
			s.do(words[1], words[2:])
		}
		for _, field := range strings.Fields(expected) {
			name, want, _ := strings.Cut(field, "=")
			if got := s.look(name); got != want {
				s.wrong(fmt.Sprintf("%s\n\t%s is %s, want %s", s.at, name, got, want))
			}
		}
	}
}

// start makes the policy; "slots=2,4" gives the slots of each profile.
func (s *script) start(words []string) {
	env := Env{Client: s, Rules: Newest}
	slots := "1"
	for _, w := range words[1:] {
		slots = strings.TrimPrefix(w, "slots=")
	}
	for id, text := range strings.Split(slots, ",") {
		env.Profiles = append(env.Profiles, Profile{ID: id, Slots: s.number(text)})
	}
	spec, err := Parse(words[0])
	if err != nil {
		s.t.Fatalf("%s: %v", s.at, err)
	}
	s.policy = spec.New(env).(*allocationManager)
	s.policy.Start(0)
}

func (s *script) RequestTotal(targets []Target) bool {
	s.requests++
	var totals []string
	for _, t := range targets {
		totals = append(totals, fmt.Sprint(t.Profile, ":", t.N))
	}
	s.asked = strings.Join(totals, ",")
	return !s.refuse
}

func (s *script) Remove(removals []Removal) []ExecutorID {
	var ids []ExecutorID
	for _, r := range removals {
		if text := r.Executor.String(); !slices.Contains(s.busy, text) {
			ids = append(ids, r.Executor)
			s.removed, s.because = append(s.removed, text), r.Why
		}
	}
	return ids
}

// do plays one action.
func (s *script) do(verb string, words []string) {
	args := map[string]string{}
	var plain []string
	for _, w := range words {
		if key, value, found := strings.Cut(w, "="); found {
			args[key] = value
		} else {
			plain = append(plain, w)
		}
	}
	first := append(plain, "")[0]
	e := Event{At: s.now, RDD: -1, Shuffle: -1, Inactive: slices.Contains(plain, "inactive")}
	switch verb {
	case "submit":
		e.Kind, e.Stage, e.Tasks = StageSubmitted, s.attempt(first), s.number(args["tasks"])
		e.Profile = s.number(cmp.Or(args["profile"], "0"))
		if text := args["prefers"]; text != "" {
			for task := range strings.SplitSeq(text, ",") {
				var hosts []int32
				for host := range strings.SplitSeq(task, "+") {
					if host != "-" {
						hosts = append(hosts, int32(s.number(host)))
					}
				}
				e.Prefers = append(e.Prefers, hosts)
			}
		}
		s.policy.Observe(&e)
	case "complete":
		e.Kind, e.Stage = StageCompleted, s.attempt(first)
		s.policy.Observe(&e)
	case "start", "end":
		e.Kind, e.Stage, e.Speculative = TaskStart, s.attempt(first), slices.Contains(plain, "copy")
		if verb == "end" {
			e.Kind = TaskEnd
			e.End = map[string]EndReason{"": Success, "killed": Killed, "failed": Failed, "resubmitted": Resubmitted}[args["as"]]
		}
		on := s.list(cmp.Or(args["on"], "0"))
		for i, task := range s.list(args["tasks"]) {
			e.Task, e.Executor = task, ExecutorID(on[i%len(on)])
			s.policy.Observe(&e)
		}
	case "speculate":
		e.Kind, e.Stage = SpeculativeTaskSubmitted, s.attempt(first)
		for _, task := range s.list(args["tasks"]) {
			e.Task = task
			s.policy.Observe(&e)
		}
	case "unschedulable", "schedulable":
		e.Kind, e.Stage = UnschedulableTaskSetAdded, s.attempt(first)
		if verb == "schedulable" {
			e.Kind = UnschedulableTaskSetRemoved
		}
		s.policy.Observe(&e)
	case "add":
		e.Kind, e.Profile = ExecutorAdded, s.number(cmp.Or(args["profile"], "0"))
		for _, id := range s.list(first) {
			e.Executor = ExecutorID(id)
			s.policy.Observe(&e)
		}
	case "gone":
		e.Kind, e.Loss = ExecutorRemoved, map[string]Loss{
			"": Lost, "killed": KilledByDriver, "decommissioned": Decommissioned, "unfinished": DecommissionUnfinished,
		}[args["as"]]
		for _, id := range s.list(first) {
			e.Executor = ExecutorID(id)
			s.losses.count(&s.policy.monitor, &e)
			s.policy.Observe(&e)
		}
	case "block":
		e.Kind, e.Executor = BlockUpdated, ExecutorID(s.number(first))
		e.Memory, e.Disk = slices.Contains(plain, "memory"), slices.Contains(plain, "disk")
		if rdd, partition, found := strings.Cut(args["rdd"], "/"); found {
			e.RDD, e.Partition = s.number(rdd), s.number(partition)
		} else if text := args["shuffle"]; text != "" {
			e.Shuffle = s.number(text)
		}
		s.policy.Observe(&e)
	case "unpersist":
		e.Kind, e.RDD = UnpersistRDD, s.number(first)
		s.policy.Observe(&e)
	case "clean":
		e.Kind, e.Shuffle = ShuffleCleaned, s.number(first)
		s.policy.Observe(&e)
	case "job":
		e.Kind, e.Job = JobStart, s.number(first)
		for _, pair := range plain[1:] {
			stage, shuffle, _ := strings.Cut(pair, ">")
			e.Stages = append(e.Stages, MapStage{Stage: int32(s.number(stage)), Shuffle: int32(s.number(shuffle))})
		}
		s.policy.Observe(&e)
	case "jobend":
		e.Kind, e.Job = JobEnd, s.number(first)
		s.policy.Observe(&e)
	default:
		s.steer(verb, first)
	}
}

// steer plays the actions that are no events: they ask the policy, or change
// what the manager answers.
func (s *script) steer(verb, first string) {
	switch verb {
	case "tick":
		s.wake = s.policy.Tick(s.now)
	case "update":
		s.policy.updateTargets(s.now)
	case "round": // an update whose add timer has run out
		timer := s.policy.addTime
		s.policy.addTime, s.policy.initializing = 0, false
		s.policy.updateTargets(s.now)
		if s.policy.addTime == 0 {
			s.policy.addTime = timer
		}
	case "backlog":
		s.policy.onSchedulerBacklogged(s.now)
	case "drain":
		s.policy.onSchedulerQueueEmpty()
	case "remove": // as if these were idle for too long
		var idle []idleExecutor
		for _, id := range s.list(first) {
			idle = append(idle, idleExecutor{ExecutorID(id), s.policy.monitor.trackers[id].profile})
		}
		s.policy.remove(idle, s.policy.monitor.why)
	case "killed":
		for _, id := range s.list(first) {
			s.policy.monitor.leaving([]ExecutorID{ExecutorID(id)}, true)
		}
	case "reset":
		s.policy.reset()
	case "refuse":
		s.refuse = true
	case "accept":
		s.refuse = false
	case "busy":
		s.busy = strings.Split(first, ",")
	case "look":
	default:
		s.t.Fatalf("%s: there is no action %q", s.at, verb)
	}
}

// look returns what a script may expect; ".1" after a name is a profile.
func (s *script) look(name string) string {
	name, suffix, _ := strings.Cut(name, ".")
	profile := 0
	if suffix == "unknown" {
		profile = -1
	} else if suffix != "" {
		profile = s.number(suffix)
	}
	m := &s.policy.monitor
	switch name {
	case "target":
		return strconv.Itoa(s.policy.targets()[profile].n)
	case "why":
		return strings.ReplaceAll(s.policy.targets()[profile].why.String(), " ", "_")
	case "round":
		why := s.policy.targets()[profile].why
		return fmt.Sprintf("%d/%d", why.Step, why.Need)
	case "because":
		return strings.ReplaceAll(s.because.String(), " ", "_")
	case "step":
		return strconv.Itoa(s.policy.targets()[profile].step)
	case "need":
		return strconv.Itoa(s.policy.need(profile))
	case "running":
		return strconv.Itoa(s.policy.demand.profiles[profile].running)
	case "timer":
		return secondsOr("unset", s.policy.addTime)
	case "wake":
		return secondsOr("never", s.wake)
	case "registered":
		return strconv.Itoa(m.profiles[profile+1].registered)
	case "pending-removal":
		return strconv.Itoa(m.profiles[profile+1].pendingRemoval)
	case "decommissioning":
		return strconv.Itoa(m.profiles[profile+1].decommissioning)
	case "requests":
		return strconv.Itoa(s.requests)
	case "removed":
		return cmp.Or(strings.Join(s.removed, ","), "none")
	case "idle":
		var ids []string
		for _, e := range m.timedOut(s.now) {
			ids = append(ids, e.id.String())
		}
		return cmp.Or(strings.Join(ids, ","), "none")
	case "hints":
		h := &s.policy.hints.profiles[profile]
		text := strconv.Itoa(h.Tasks)
		for _, t := range h.Hosts {
			text += fmt.Sprintf(",%d:%d", t.Host, t.Tasks)
		}
		return text
	case "losses":
		l := s.losses
		return fmt.Sprintf("graceful:%d,unfinished:%d,killed:%d,unexpected:%d",
			l.gracefullyDecommissioned, l.decommissionUnfinished, l.killedByDriver, l.unexpected)
	}
	s.t.Fatalf("%s: there is no %q to look at", s.at, name)
	return ""
}

// losses counts executors by how they left, as Spark's metrics do
// (ExecutorAllocationManagerSource).
type losses struct {
	gracefullyDecommissioned, decommissionUnfinished, killedByDriver, unexpected int
}

// count takes in that an executor is removed, which the monitor has not heard.
func (l *losses) count(m *monitor, e *Event) {
	switch t := m.known(e.Executor); {
	case t == nil:
	case e.Loss == Decommissioned: // whoever asked for it
		l.gracefullyDecommissioned++
	case t.decommissioning:
		l.decommissionUnfinished++
	case t.pendingRemoval:
		l.killedByDriver++
	default:
		l.unexpected++
	}
}

// A profileTarget is what the policy asks for one profile.
type profileTarget struct {
	known   bool
	n, step int
	why     Reason
}

func (s *allocationManager) targets() []profileTarget {
	var list []profileTarget
	for i, t := range s.wanted {
		list = append(list, profileTarget{s.known[i], t.N, s.steps[i], t.Why})
	}
	return list
}

// reset forgets the executors and begins again, as Spark does when YARN starts the
// application master again: targets are initial, the add timer has expired. Nothing
// is sent before the next tick that moves a target. No replay restarts a master.
func (s *allocationManager) reset() {
	s.addTime = 0
	for i := range s.wanted {
		s.steps[i] = 1
		if s.known[i] {
			s.initial(i)
		}
	}
	m := &s.monitor
	clear(m.trackers)
	clear(m.profiles)
	m.live, m.expired, m.next = m.live[:0], m.expired[:0], Never
}

// secondsOr writes a time in seconds, or the word for Never.
func secondsOr(never string, at time.Duration) string {
	if at == Never {
		return never
	}
	return strconv.FormatFloat(at.Seconds(), 'f', -1, 64)
}

func (s *script) number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatalf("%s: %q is not a number", s.at, text)
	}
	return n
}

// list reads "1-3,7".
func (s *script) list(text string) []int {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		low, high, found := strings.Cut(part, "-")
		if !found {
			high = low
		}
		for n := s.number(low); n <= s.number(high); n++ {
			all = append(all, n)
		}
	}
	return all
}

func (s *script) attempt(text string) StageAttempt {
	id, attempt, _ := strings.Cut(text, ".")
	return StageAttempt{ID: int32(s.number(id)), Attempt: int32(s.number(attempt))}
}
