package calibrate

import (
	"cmp"
	"math"
	"slices"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/policies"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// InferRequests adds to an application that was just read when its executors were
// requested, and when its driver first did so (Application.Setup), where dynamic
// allocation was enabled.
//
// Spark logs the time of a request since 3.4. For older logs the application's own policy
// is run over the events that the log has: it requests executors when Spark would have
// requested them. Executors answer requests in their order, as in Spark. An executor
// for which no request is open keeps an unknown one.
//
// The first request comes some time after the driver's block manager is up. A log with
// requests shows it. In one without, later executors show how long start-up takes, and
// the first ones registered after both.
func InferRequests(a *traces.Application) {
	r := a.Recorded
	if r == nil || !a.Properties.DynamicAllocation() {
		return
	}
	if len(r.Attempts) > 0 && !slices.ContainsFunc(r.Executors, func(x traces.RecordedExecutor) bool { return x.Requested >= 0 }) {
		if !replayRequests(a) {
			return
		}
		r.RequestsInferred = true
		a.Setup += firstDelay(a)
	}
	r.Attempts, r.Tasks = nil, nil // nothing else needs them
	for i := range r.Executors {
		x := &r.Executors[i]
		switch {
		case r.RequestsInferred && x.Requested >= 0:
			x.Requested = max(x.Requested, a.Setup)
		case !r.RequestsInferred && x.Requested >= a.Setup && beforeJobs(a, x.Requested):
			a.Setup = x.Requested
			return
		}
	}
}

// beforeJobs reports whether a time is before an application's first job: then only the
// driver's start can be the reason of a request.
func beforeJobs(a *traces.Application, at time.Duration) bool {
	return len(a.Recorded.Jobs) == 0 || at <= a.Recorded.Jobs[0].Start
}

// A listener is the client of a policy that hears recorded events: it remembers how the
// policy changes its targets, and gives nothing back, because the events say which
// executors left.
type listener struct {
	now     time.Duration
	asked   []int            // targets, by profile
	alive   []int            // executors, by profile
	profile []int            // by executor
	changes [][]targetChange // by profile
}

type targetChange struct {
	at time.Duration
	by int
}

func (l *listener) RequestTotal(targets []policies.Target) bool {
	for _, t := range targets {
		if by := t.N - l.asked[t.Profile]; by != 0 {
			l.changes[t.Profile] = append(l.changes[t.Profile], targetChange{l.now, by})
			l.asked[t.Profile] = t.N
		}
	}
	return true
}

// observe counts executors. The manager replaces one that is lost while the target stays.
func (l *listener) observe(e *policies.Event) {
	switch e.Kind {
	case policies.ExecutorAdded:
		l.profile[e.Executor] = e.Profile
		l.alive[e.Profile]++
	case policies.ExecutorRemoved:
		p := l.profile[e.Executor]
		if l.alive[p]--; l.alive[p] < l.asked[p] {
			l.changes[p] = append(l.changes[p], targetChange{l.now, 1})
		}
	}
}

func (*listener) Remove([]policies.Removal) []policies.ExecutorID { return nil }

// requestsOf returns the request of each of some registrations, in their order; -1 where
// there is none. A target that falls withdraws the latest requests, but not those that
// the manager has granted already, of which a log says nothing. So either an executor
// answers a request that stands, and one that was withdrawn only if none stands, or
// nothing was withdrawn: the truth is taken to be that under which start-ups differ less.
func requestsOf(changes []targetChange, registered []time.Duration) []time.Duration {
	withdrawn, granted := answers(changes, registered, true), answers(changes, registered, false)
	spread := func(requested []time.Duration) float64 {
		var took []time.Duration
		for i, at := range requested {
			if at >= 0 {
				took = append(took, registered[i]-at)
			}
		}
		return priors[latency.Startup].variance(took)
	}
	if spread(granted) < spread(withdrawn) {
		return granted
	}
	return withdrawn
}

// unasked is how many executors have no request and registered soon after the driver's
// start.
func unasked(requested, registered []time.Duration, start time.Duration) int {
	n := 0
	for i, at := range requested {
		if at < 0 && registered[i] >= start && registered[i]-start <= longestStartup {
			n++
		}
	}
	return n
}

// answers gives each registration the oldest request that waits for one. A request that
// waits longer than any start-up takes is forgotten.
func answers(changes []targetChange, registered []time.Duration, withdraws bool) []time.Duration {
	var standing, withdrawn []targetChange
	take := func(from *[]targetChange, now time.Duration) time.Duration {
		for len(*from) > 0 {
			first := &(*from)[0]
			at := first.at
			if first.by--; first.by <= 0 || now-at > longestStartup {
				*from = (*from)[1:]
			}
			if now-at <= longestStartup {
				return at
			}
		}
		return -1
	}
	requested := make([]time.Duration, len(registered))
	for i, now := range registered {
		for len(changes) > 0 && changes[0].at <= now {
			c := changes[0]
			changes = changes[1:]
			if c.by > 0 {
				standing = append(standing, c)
			}
			for c.by < 0 && withdraws && len(standing) > 0 {
				last := &standing[len(standing)-1]
				n := min(-c.by, last.by)
				withdrawn = append(withdrawn, targetChange{last.at, n})
				c.by += n
				if last.by -= n; last.by == 0 {
					standing = standing[:len(standing)-1]
				}
			}
		}
		slices.SortStableFunc(withdrawn, func(x, y targetChange) int { return cmp.Compare(x.at, y.at) })
		if requested[i] = take(&standing, now); requested[i] < 0 {
			requested[i] = take(&withdrawn, now)
		}
	}
	return requested
}

// replayRequests runs an application's policy over its recorded events, and sets the
// requests of its executors. It reports false if the settings in the log describe no
// policy.
func replayRequests(a *traces.Application) bool {
	spec, err := policies.FromProperties(a.Properties, policies.AppInfo{
		SparkVersion: a.SparkVersion, Master: a.Master, PeakExecutors: a.PeakExecutors(),
	})
	if err != nil || !spec.Dynamic() {
		return false
	}
	// Which executors were given back is known from their ends, so that no timeout counts.
	spec.Allocation.Idle, spec.Allocation.Cached, spec.Protection.TrackingTimeout = policies.Never, policies.Never, policies.Never
	l := &listener{
		asked: make([]int, len(a.Profiles)), alive: make([]int, len(a.Profiles)),
		profile: make([]int, len(a.Recorded.Executors)), changes: make([][]targetChange, len(a.Profiles)),
	}
	env := policies.Env{Client: l, Rules: policies.RulesOf(a.SparkVersion)}
	profile := map[int]int{} // by Spark's id
	for i, p := range a.Profiles {
		env.Profiles = append(env.Profiles, policies.Profile{ID: p.ID, Slots: p.Slots(p.Cores)})
		profile[p.ID] = i
	}
	policy := spec.New(env)
	l.now = a.Setup
	policy.Start(a.Setup)
	tick, last := a.Setup, a.Setup-policies.Interval
	for _, e := range policyEvents(a.Recorded, profile) {
		for ; tick < e.At; tick = gridAfter(a.Setup, policy.Tick(tick), last) {
			l.now, last = tick, tick
		}
		l.now = max(e.At, a.Setup)
		l.observe(&e)
		policy.Observe(&e)
		tick = gridAfter(a.Setup, min(tick, e.At), last)
	}
	for i := range env.Profiles {
		var registered []time.Duration
		var executors []*traces.RecordedExecutor
		for k := range a.Recorded.Executors { // in order of registration
			if x := &a.Recorded.Executors[k]; profile[x.Profile] == i {
				registered, executors = append(registered, x.Added), append(executors, x)
			}
		}
		requested := requestsOf(l.changes[i], registered)
		if n := unasked(requested, registered, a.Setup); n > 0 {
			// Something else than the policy asked for so many, such as a vendor's own allocation:
			// at the latest when the driver started.
			requested = requestsOf(slices.Insert(l.changes[i], 0, targetChange{a.Setup, n}), registered)
		}
		for k, at := range requested {
			executors[k].Requested = at
		}
	}
	return true
}

// gridAfter is the first point of the policy's grid that is not before t and later than
// its last tick.
func gridAfter(start, t, last time.Duration) time.Duration {
	if t == policies.Never {
		return t
	}
	t = max(t, start, last+policies.Interval)
	return start + (t-start+policies.Interval-1)/policies.Interval*policies.Interval
}

// policyEvents are the recorded events that a policy hears, in order of time. Events of one
// millisecond are in the order in which the driver handles them.
func policyEvents(r *traces.Recorded, profile map[int]int) []policies.Event {
	var events []policies.Event
	for i := range r.Executors {
		x := &r.Executors[i]
		events = append(events, policies.Event{Kind: policies.ExecutorAdded, At: x.Added, Executor: policies.ExecutorID(i), Profile: profile[x.Profile]})
		if x.Removed >= 0 {
			events = append(events, policies.Event{Kind: policies.ExecutorRemoved, At: max(x.Removed, x.Added), Executor: policies.ExecutorID(i), Loss: policies.Lost})
		}
	}
	attempt := func(i int) policies.StageAttempt {
		return policies.StageAttempt{ID: int32(r.Attempts[i].Stage), Attempt: int32(r.Attempts[i].Attempt)}
	}
	for i := range r.Attempts {
		s := &r.Attempts[i]
		events = append(events, policies.Event{Kind: policies.StageSubmitted, At: s.Submitted, Stage: attempt(i), Profile: profile[s.Profile], Tasks: s.Tasks})
		if s.Completed >= 0 {
			events = append(events, policies.Event{Kind: policies.StageCompleted, At: max(s.Completed, s.Submitted), Stage: attempt(i)})
		}
	}
	for _, t := range r.Tasks {
		if t.Executor < 0 {
			continue
		}
		end := policies.Success
		if t.Failed {
			end = policies.Failed
		}
		e := policies.Event{Stage: attempt(int(t.Attempt)), Task: int(t.Index), Executor: policies.ExecutorID(t.Executor)}
		e.Kind, e.At = policies.TaskStart, t.Launched
		events = append(events, e)
		e.Kind, e.At, e.End = policies.TaskEnd, t.Finished, end
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(x, y policies.Event) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(handledAs[x.Kind], handledAs[y.Kind]))
	})
	return events
}

var handledAs = [...]int{
	policies.ExecutorAdded: 0, policies.TaskEnd: 1, policies.StageCompleted: 2,
	policies.StageSubmitted: 3, policies.TaskStart: 4, policies.ExecutorRemoved: 5,
}

// A driver requests its first executors when its block manager is up; a few do so later.
const (
	delayedBefore = 0.02             // the probability of that, before the executors are looked at
	usualDelay    = 10 * time.Second // the standard deviation of half a normal distribution: as long as drivers take to start
)

// firstDelay is how long after Setup the driver first requested executors: the mean over
// all delays by how likely they are, together with a start-up that takes the rest of the
// time until the first executors registered. How long start-up takes is estimated from
// the executors that were requested later.
func firstDelay(a *traces.Application) time.Duration {
	var starts []startup
	for i := range a.Recorded.Executors {
		if x := &a.Recorded.Executors[i]; x.Requested >= 0 {
			starts = append(starts, startup{granted: x.Requested, added: x.Added, host: x.Host, log: a.Path})
		}
	}
	processors, _ := fitProcessors(starts, []*traces.Application{a})
	var first []time.Duration
	var later []sample
	together := map[string]latency.Processors{} // first executors by host; only looked up
	for i, took := range startupWork(starts, processors) {
		if s := &starts[i]; s.granted == a.Setup {
			first = append(first, s.added-s.granted)
			together[s.host] += latency.OneProcessor
		} else {
			later = append(later, sample{took: took, log: s.log})
		}
	}
	if len(first) == 0 {
		return 0
	}
	p, usual := priors[latency.Startup], Defaults().By[latency.Startup]
	p.runs = 0 // all are of one run
	took := make([]time.Duration, len(later))
	for i, s := range later {
		took[i] = s.took
	}
	p.learn(&usual, later)
	spread := math.Sqrt(p.variance(took) + float64(usual.Uncertainty*usual.Uncertainty))
	most := latency.OneProcessor
	for _, s := range starts {
		most = max(most, together[s.host])
	}
	work := usual.Quantiles.Median()
	if processors > 0 {
		work = processors.Among(most).Elapsed(work)
	}
	total := latency.Median(first, 0)
	startup := func(took time.Duration) float64 { // its density: normal on the scale of logarithms
		y := (latency.Log(took) - latency.Log(work)) / spread
		return exact.Exp(float64(-y*y/2)-latency.Log(took)) / spread
	}
	const steps = 1000
	step := float64(total) / steps
	sum, mass := 0.0, (1-delayedBefore)*startup(total)*math.Sqrt(math.Pi/2)*float64(usualDelay)
	for i := range steps {
		delay := float64((float64(i) + 0.5) * step)
		x := delay / float64(usualDelay)
		density := float64(delayedBefore * exact.Exp(-x*x/2) * startup(total-time.Duration(delay)) * step)
		sum, mass = sum+float64(density*delay), mass+density
	}
	if mass == 0 {
		return 0
	}
	return time.Duration(sum / mass).Round(time.Millisecond)
}
