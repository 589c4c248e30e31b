package policies

import (
	"slices"
	"strconv"
	"strings"
)

// quirks counts how often the quirks Q1 to Q12 of the behavioral specification
// show: places where Spark does what a reader of its documentation would not
// expect. Each is counted by its effect, not by the code that has it.
type quirks struct {
	taken [13]int // by number; 0 is not used

	before struct {
		profiles []profileTarget
		timer    int64 // addTime; the same unit as everywhere
		queued   bool  // a task waited
		unready  bool  // a task of the event's own attempt waited
		held     bool  // the event's executor was watched for its shuffles
	}
	late      []bool // a stage came while the timer had run out, by profile
	listed    map[string][]string
	listedNow map[string]int
}

var quirkTexts = [...]string{
	1:  "an expired add timer outlives the demand: a later stage does not wait",
	2:  "a ramp from what is registered does not double after its first round",
	3:  "executors that leave lift the base of a ramp",
	4:  "executors go in order of their ids as text",
	5:  "a resubmitted task lowers the running count a second time",
	6:  "the timer runs until the tasks of all stages have started",
	7:  "an empty queue resets a step that had grown",
	8:  "a tick at full target resets a step that had grown",
	9:  "output of a shared stage is not seen once its first job has ended",
	10: "a migrated shuffle block holds an executor without a job",
	11: "an executor stays held after one of its shuffles is cleaned",
	12: "finished tasks run again although the service has their files",
}

func (q *quirks) add(n *quirks) {
	for i := range q.taken {
		q.taken[i] += n.taken[i]
	}
}

func (q *quirks) beforeTick(s *script) {
	q.before.profiles = append(q.before.profiles[:0], s.policy.targets()...)
	q.before.timer = int64(s.policy.addTime)
	q.late = slices.Grow(q.late, len(s.policy.targets()))[:len(s.policy.targets())]
}

func (q *quirks) afterTick(s *script) {
	due := q.before.timer <= int64(s.now)
	for i, was := range q.before.profiles {
		is, m := s.policy.targets()[i], &s.policy.monitor.profiles[i+1]
		if is.n > was.n && was.known {
			if q.late[i] {
				q.taken[1]++
			}
			if m.registered > was.n && is.n == m.registered+was.step {
				q.taken[2]++
			}
			// Leaving executors of this very tick have not been counted yet.
			if leaving := m.registered - m.staying() - len(s.removed); m.registered > was.n && is.n > max(was.n, m.registered-leaving)+was.step {
				q.taken[3]++
			}
		}
		waiting := s.policy.demand.profiles[i].pending > 0
		if due && waiting && is.n == was.n && was.step > 1 && is.step == 1 && s.policy.need(i) == is.n {
			q.taken[8]++
		}
	}
	clear(q.late)
	byNumber := func(a, b string) int { return len(a) - len(b) }
	if !slices.IsSortedFunc(s.removed, byNumber) {
		q.taken[4]++
	}
}

func (q *quirks) beforeEvent(s *script, verb string, words []string) {
	p := s.policy
	q.before.profiles = append(q.before.profiles[:0], p.targets()...)
	q.before.timer = int64(p.addTime)
	switch verb {
	case "submit":
		q.late = slices.Grow(q.late, len(p.targets()))[:len(p.targets())]
		profile := 0
		if text, found := strings.CutPrefix(words[len(words)-1], "profile="); found {
			profile = s.number(text)
		}
		q.late[profile] = q.late[profile] || p.addTime <= s.now
	case "start":
		a := p.demand.find(s.attempt(words[0]))
		q.before.unready = a != nil && a.profile >= 0 && a.tasks > a.started.len()
	case "end":
		a := p.demand.find(s.attempt(words[0]))
		if words[len(words)-1] == "as=resubmitted" && a != nil && a.running > 0 {
			q.taken[5]++
			if !p.monitor.tracking && !p.kill && a.submitted {
				q.taken[12]++
			}
		}
	case "block":
		t := p.monitor.known(ExecutorID(s.number(words[0])))
		q.before.held = t == nil || t.activeShuffle
	}
}

func (q *quirks) afterEvent(s *script, verb string, words []string) {
	p := s.policy
	if int64(p.addTime) != q.before.timer && p.addTime == Never {
		for _, was := range q.before.profiles {
			if was.step > 1 {
				q.taken[7]++
				break
			}
		}
	}
	if !p.monitor.tracking && verb != "start" {
		return
	}
	switch verb {
	case "start":
		a := p.demand.find(s.attempt(words[0]))
		if q.before.unready && a != nil && a.tasks <= a.started.len() && p.addTime != Never {
			q.taken[6]++
		}
	case "job":
		q.jobStart(words)
	case "jobend":
		for _, stage := range q.listed[words[0]] {
			q.listedNow[stage]--
		}
		delete(q.listed, words[0])
	case "end":
		stage, _, _ := strings.Cut(words[0], ".")
		seen := p.monitor.written(int32(s.number(stage))) != noShuffle
		if q.listedNow[stage] > 0 && !seen && !strings.HasPrefix(words[len(words)-1], "as=") {
			q.taken[9]++
		}
	case "block":
		shuffle, found := strings.CutPrefix(words[1], "shuffle=")
		if !found {
			break
		}
		t := p.monitor.known(ExecutorID(s.number(words[0])))
		if t != nil && t.activeShuffle && !q.before.held && !q.wanted(p, s.number(shuffle)) {
			q.taken[10]++
		}
	case "clean":
		for _, id := range p.monitor.live {
			t := &p.monitor.trackers[id]
			if !t.activeShuffle || t.shuffles.len() == 0 {
				continue
			}
			wanted := false
			for shuffle := range p.monitor.shuffles {
				wanted = wanted || t.shuffles.has(shuffle) && q.wanted(p, shuffle)
			}
			if !wanted {
				q.taken[11]++
			}
		}
	}
}

func (q *quirks) jobStart(words []string) {
	if q.listed == nil {
		q.listed, q.listedNow = map[string][]string{}, map[string]int{}
	}
	for _, pair := range words[1:] {
		stage, _, _ := strings.Cut(pair, ">")
		q.listed[words[0]] = append(q.listed[words[0]], stage)
		q.listedNow[stage]++
	}
}

// wanted tells whether a running job lists the shuffle.
func (q *quirks) wanted(p *allocationManager, shuffle int) bool {
	return shuffle < len(p.monitor.shuffles) && len(p.monitor.shuffles[shuffle].jobs) > 0
}

// table says how often each quirk was taken; rare lists those taken less than
// so many times.
func (q *quirks) table(least int) (table, rare string) {
	var b, r strings.Builder
	for i := 1; i < len(q.taken); i++ {
		line := "  Q" + strconv.Itoa(i) + strings.Repeat(" ", 3-len(strconv.Itoa(i))) +
			leftPad(strconv.Itoa(q.taken[i]), 9) + "  " + quirkTexts[i] + "\n"
		b.WriteString(line)
		if q.taken[i] < least {
			r.WriteString(line)
		}
	}
	return b.String(), r.String()
}

func leftPad(text string, width int) string {
	return strings.Repeat(" ", max(0, width-len(text))) + text
}
