package policies

import (
	"errors"
	"slices"
	"time"
)

// A Sizer is the simplest policy of a user's own: it says how many executors
// it wants. Everything else is done for it: events are counted, requests are
// sent, and executors above the target go when they have been idle for too long.
// One instance serves one application. As every policy it does no I/O, reads no
// clock and draws no random number. See Sized.
type Sizer interface {
	// Size returns how many executors the application wants in all for the
	// profile of the view, 0 or more. It must not keep the view.
	Size(v *View) int
}

// A Remover is a Sizer that says itself which executors to give back.
type Remover interface {
	// Remove returns executors of View.Idle. It is called after Size; those that
	// the new target still holds stay, whatever it returns.
	Remove(v *View) []ExecutorID
}

// A Fallible is a policy that can fail. The replay asks after each tick, and
// ends with the error.
type Fallible interface{ Err() error }

// A View is what a driver knows of one resource profile of its application when
// it decides, counted from the events it has heard. It may be wrong where
// Spark's own counts are.
type View struct {
	Now       time.Duration  // from the start of the workload
	Profile   int            // index into Env.Profiles: 0 is the default profile
	Slots     int            // tasks that one executor runs at a time, at least 1
	Pending   int            // tasks that wait for a slot, speculative copies included
	Running   int            // tasks that run
	Needed    int            // executors that all of these could use: (Pending + Running) / Slots, rounded up
	Target    int            // executors asked for so far
	Executors int            // executors that have registered, without those that are leaving
	Idle      []IdleExecutor // by id
}

// An IdleExecutor is one on which no task runs.
type IdleExecutor struct {
	ID      ExecutorID
	For     time.Duration // how long it has been idle
	Cached  bool          // it holds cached blocks that go with it
	Shuffle bool          // it holds shuffle files that go with it, as far as Spark's tracking is on and tells
}

var scriptKind = Kind{
	Name: "script",
	Doc:  "A policy of your own, written in Starlark; docs/POLICIES.md says how.",
	Settings: slices.Concat([]Setting{
		{Key: "file", Doc: "the script (no default)", Default: ""},
		every, idle, cached, minimum, maximum,
	}, protection),
	Defaults: DynamicDefaults(),
	Check: func(s Spec) error {
		if Value[string](s, "file") == "" {
			return errors.New("it does not say where the script is: add file=NAME.star")
		}
		return nil
	},
	unread: true,
}

// Sized returns the spec of a simple policy, which is made anew for each
// application. The name stands in tables and must not be one of Kinds. Settings
// of the spec can be changed before it is used: bounds on the target
// (Allocation.Min, Max), timeouts after which idle executors above it go (Idle,
// Cached), how often the policy is asked (Every), Protection, and the size of
// executors. For a name and settings that users can write, see Kind.
func Sized(name string, sizer func() Sizer) Spec {
	return custom(name, nil).WithSizer(sizer)
}

// Custom returns the spec of a full policy. Of its settings only those count that
// the cluster sees: Protection, and the size of executors.
func Custom(name string, policy func(Env) Policy) Spec {
	return custom(name, func(_ Spec, env Env) Policy { return policy(env) })
}

func custom(name string, make func(Spec, Env) Policy) Spec {
	s := DynamicDefaults()
	s.Kind = &Kind{Name: name, Defaults: s, New: make}
	return s
}

// With returns the spec with a simple policy behind it: the way to read a
// script.
func (s Spec) WithSizer(sizer func() Sizer) Spec {
	k := *s.Kind
	k.unread = false
	k.New = func(s Spec, env Env) Policy { return NewSized(s, env, sizer()) }
	s.Kind = &k
	return s
}

// sized runs a Sizer: it asks it every so often, and in between does nothing.
type sized struct {
	accounting
	set     Allocation
	every   time.Duration
	next    time.Duration // when to ask again
	sizer   Sizer
	remover Remover  // nil: the idle timeout decides
	failed  Fallible // nil: it cannot fail
	view    View
	chosen  []idleExecutor
}

// NewSized makes a policy of a Sizer, under the settings of a spec.
func NewSized(s Spec, env Env, sizer Sizer) Policy {
	p := &sized{accounting: newAccounting(s, env), set: s.Allocation, every: max(s.Every, Interval), sizer: sizer}
	p.remover, _ = sizer.(Remover)
	p.failed, _ = sizer.(Fallible)
	return p
}

// Start asks for what the policy wants before anything is known.
func (p *sized) Start(now time.Duration) {
	p.next = now
	p.size(now)
	p.send()
	p.moved = false
}

// Tick asks the policy if it is time.
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
			p.choose(p.look(i, now))
		}
	}
	p.remove(p.chosen, func(ExecutorID) Reason { return Reason{Cause: OwnDecision} })
	return p.next
}

// Err implements Fallible.
func (p *sized) Err() error {
	if p.failed == nil {
		return nil
	}
	return p.failed.Err()
}

// size asks for the target of each profile.
func (p *sized) size(now time.Duration) {
	for i := range p.wanted {
		if p.known[i] {
			p.want(i, max(0, p.sizer.Size(p.look(i, now))), p.set, Reason{Cause: OwnDecision})
		}
	}
}

// choose takes in which of the idle executors the policy gives back.
func (p *sized) choose(v *View) {
	for _, id := range p.remover.Remove(v) {
		chosen := idleExecutor{id, v.Profile}
		if slices.ContainsFunc(v.Idle, func(e IdleExecutor) bool { return e.ID == id }) && !slices.Contains(p.chosen, chosen) {
			p.chosen = append(p.chosen, chosen)
		}
	}
}

// look is the view of one profile.
func (p *sized) look(profile int, now time.Duration) *View {
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
