package policies

import (
	"errors"
	"slices"
	"time"
)

// A Sizer is the simplest policy: it only returns the number of executors that it
// wants. The package counts events and sends requests for it, and gives back executors
// above the target after the idle timeout. One instance serves one application. Like
// every policy it does no I/O, reads no clock and draws no random number. See Sized.
type Sizer interface {
	// Size returns the total number of executors wanted for the profile of the
	// view, 0 or more. It must not keep the view.
	Size(v *View) int
}

// A Remover is a Sizer that also chooses which executors to give back.
type Remover interface {
	// Remove returns executors of View.Idle. It is called after Size. Executors beyond
	// those that exceed the new target are not given back.
	Remove(v *View) []ExecutorID
}

// A Fallible is a policy that can fail. The replay checks Err after each tick and
// ends with the error.
type Fallible interface{ Err() error }

// A View is what a driver knows about one resource profile of its application, counted
// from events. It is wrong wherever Spark's own counts are wrong.
type View struct {
	Now       time.Duration  // from the start of the workload
	Profile   int            // index into Env.Profiles: 0 is the default profile
	Slots     int            // tasks that one executor runs at a time, at least 1
	Pending   int            // tasks that wait for a slot, speculative copies included
	Running   int            // tasks that run
	Needed    int            // executors that these tasks could use: (Pending + Running) / Slots, rounded up
	Target    int            // executors requested so far
	Executors int            // registered executors, without those that are being removed
	Idle      []IdleExecutor // by id
}

// An IdleExecutor is an executor that runs no task.
type IdleExecutor struct {
	ID      ExecutorID
	For     time.Duration // how long it has been idle
	Cached  bool          // it has cached blocks, which are lost with it
	Shuffle bool          // it has shuffle files, which are lost with it; known only with shuffle tracking
}

var scriptKind = Kind{
	Name: "script",
	Doc:  "A policy in a file, written in Starlark; docs/POLICIES.md explains how.",
	Settings: slices.Concat([]Setting{
		{Key: "file", Doc: "the script (no default)", Default: ""},
		every, idle, cached, minimum, maximum,
	}, protection),
	Defaults: DynamicDefaults(),
	Check: func(s Spec) error {
		if Value[string](s, "file") == "" {
			return errors.New("no script is given: add file=NAME.star")
		}
		return nil
	},
	unread: true,
}

// Sized returns the spec of a simple policy, which is made anew for each application.
// The name is shown in tables and must not be one of Kinds. Settings of the spec can be
// changed before it is used: bounds on the target (Allocation.Min, Max), timeouts after
// which idle executors above the target are given back (Idle, Cached), the interval
// between calls of Size (Every), Protection, and the size of executors. For a name and
// settings that users can write, see Kind.
func Sized(name string, sizer func() Sizer) Spec {
	return custom(name, nil).WithSizer(sizer)
}

// Custom returns the spec of a full policy. Only the settings that the cluster sees
// have an effect: Protection and the size of executors.
func Custom(name string, policy func(Env) Policy) Spec {
	return custom(name, func(_ Spec, env Env) Policy { return policy(env) })
}

func custom(name string, make func(Spec, Env) Policy) Spec {
	s := DynamicDefaults()
	s.Kind = &Kind{Name: name, Defaults: s, New: make}
	return s
}

// WithSizer returns the spec with a simple policy as its implementation. Package
// policies/script uses it to load a script.
func (s Spec) WithSizer(sizer func() Sizer) Spec {
	k := *s.Kind
	k.unread = false
	k.New = func(s Spec, env Env) Policy { return NewSized(s, env, sizer()) }
	s.Kind = &k
	return s
}

// sized runs a Sizer: it calls Size at the interval Spec.Every and changes nothing in
// between.
type sized struct {
	accounting
	set     Allocation
	every   time.Duration
	next    time.Duration // when to call it again
	sizer   Sizer
	remover Remover  // nil: the idle timeout decides
	failed  Fallible // nil: it cannot fail
	view    View
	chosen  []idleExecutor
}

// NewSized makes a policy of a Sizer, under the settings of a spec.
func NewSized(s Spec, env Env, sizer Sizer) Policy {
	p := &sized{set: s.Allocation, every: max(s.Every, Interval), sizer: sizer}
	p.accounting.begin(s, env)
	p.remover, _ = sizer.(Remover)
	p.failed, _ = sizer.(Fallible)
	return p
}

// Start requests what the Sizer wants before any event.
func (p *sized) Start(now time.Duration) {
	p.next = now
	p.size(now)
	p.send()
	p.moved = false
}

// Tick calls the Sizer if its interval has passed.
func (p *sized) Tick(now time.Duration) time.Duration {
	if now < p.next {
		return p.next
	}
	p.next = now + p.every
	p.size(now)
	p.request()
	if p.remover == nil {
		p.remove(p.monitor.timedOut(now), p.monitor.why)
		return p.next
	}
	p.chosen = p.chosen[:0]
	for i := range p.wanted {
		if p.known[i] {
			p.choose(p.viewOf(i, now))
		}
	}
	p.remove(p.chosen, func(ExecutorID) Reason { return Reason{Cause: CustomDecision} })
	return p.next
}

// Wake implements Sleeper: events do not change when the Sizer is called.
func (p *sized) Wake(time.Duration) time.Duration { return p.next }

// Err implements Fallible.
func (p *sized) Err() error {
	if p.failed == nil {
		return nil
	}
	return p.failed.Err()
}

// size sets the target of each profile.
func (p *sized) size(now time.Duration) {
	for i := range p.wanted {
		if p.known[i] {
			p.want(i, max(0, p.sizer.Size(p.viewOf(i, now))), p.set, Reason{Cause: CustomDecision})
		}
	}
}

// choose adds the executors that the Remover gives back.
func (p *sized) choose(v *View) {
	for _, id := range p.remover.Remove(v) {
		chosen := idleExecutor{id, v.Profile}
		if slices.ContainsFunc(v.Idle, func(e IdleExecutor) bool { return e.ID == id }) && !slices.Contains(p.chosen, chosen) {
			p.chosen = append(p.chosen, chosen)
		}
	}
}

// viewOf fills in the view of one profile.
func (p *sized) viewOf(profile int, now time.Duration) *View {
	v := &p.view
	*v = View{
		Now: now, Profile: profile, Slots: p.slots[profile],
		Pending: p.pending(profile), Running: p.running(profile),
		Target: p.wanted[profile].N, Executors: p.monitor.profiles[profile+1].staying(),
		Idle: p.idle(profile, now, v.Idle),
	}
	v.Needed = (v.Pending + v.Running + v.Slots - 1) / v.Slots
	return v
}
