package cluster

import (
	"fmt"
	"time"

	"dynalloc/internal/spec"
)

// A Fault is a failure that is injected into a run, as data. Its text form is
// "node-loss,at=1h,node=3,for=10m".
type Fault struct {
	Kind FaultKind
	At   time.Duration // from the workload's start
	// For is the duration of the fault: until a lost node is back, empty (0: it stays
	// away), or until the manager acts normally again.
	For  time.Duration
	Node int // index of a node that is lost or reclaimed
	// App is a pattern for the names of the applications that lose an executor.
	// Executor says which one: the n-th that they were granted, from 0; negative: the
	// oldest that has registered.
	App      string
	Executor int
	// Silent is the time until the loss of a node is detected: its connections stay open,
	// and for their drivers its tasks keep running.
	Silent time.Duration
	Notice time.Duration // from the notice that a spot node is reclaimed to its end
	Every  time.Duration // a slow manager acts at most once in this time
}

// A FaultKind is the kind of a fault.
type FaultKind string

// The kinds of faults.
const (
	NodeLoss     FaultKind = "node-loss"     // a machine is gone with its executors, their files and its shuffle service
	ExecutorLoss FaultKind = "executor-loss" // an executor's process ends; a shuffle service keeps its files
	SpotReclaim  FaultKind = "spot-reclaim"  // a node loss with notice: executors are decommissioned if they can be
	ManagerAway  FaultKind = "manager-away"  // the manager does nothing; what runs keeps running
	ManagerSlow  FaultKind = "manager-slow"  // the manager acts only from time to time
)

// ParseFault reads a fault's text form. An error says what was expected.
func ParseFault(text string) (Fault, error) {
	s, err := spec.Parse(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	d := s.Decoder()
	f := Fault{Kind: FaultKind(s.Name), At: d.Duration("at", -1), Executor: -1}
	switch f.Kind {
	case NodeLoss:
		f.Node, f.For, f.Silent = d.Int("node", -1), d.Duration("for", 0), d.Duration("silent", 0)
	case SpotReclaim:
		f.Node, f.For, f.Notice = d.Int("node", -1), d.Duration("for", 0), d.Duration("notice", 2*time.Minute)
	case ExecutorLoss:
		f.App, f.Executor = d.String("app", "*"), d.Int("executor", -1)
	case ManagerAway:
		f.For = d.Duration("for", -1)
	case ManagerSlow:
		f.For, f.Every = d.Duration("for", -1), d.Duration("every", -1)
	default:
		return f, fmt.Errorf("fault %q: the kind %q is not known; expected node-loss, executor-loss, spot-reclaim, manager-away or manager-slow, as in node-loss,at=1h,node=3,for=10m", text, s.Name)
	}
	if err := d.Done(); err != nil {
		return f, fmt.Errorf("fault %q: %w", text, err)
	}
	switch {
	case f.At < 0:
		return f, fmt.Errorf("fault %q: expected at=, when it happens from the start of the workload, such as at=1h", text)
	case (f.Kind == NodeLoss || f.Kind == SpotReclaim) && f.Node < 0:
		return f, fmt.Errorf("fault %q: node= is missing: which node, counted from 0", text)
	case f.Kind == ManagerAway && f.For <= 0:
		return f, fmt.Errorf("fault %q: for= is missing: how long the manager is away, such as for=5m", text)
	case f.Kind == ManagerSlow && (f.For <= 0 || f.Every <= 0):
		return f, fmt.Errorf("fault %q: for= or every= is missing, as in manager-slow,at=1h,for=10m,every=5s", text)
	}
	return f, nil
}

func (f Fault) String() string {
	text := fmt.Sprintf("%s,at=%s", f.Kind, inUnits(f.At))
	switch f.Kind {
	case NodeLoss, SpotReclaim:
		text += fmt.Sprintf(",node=%d", f.Node)
	case ExecutorLoss:
		if f.App != "*" {
			text += ",app=" + f.App
		}
		if f.Executor >= 0 {
			text += fmt.Sprintf(",executor=%d", f.Executor)
		}
	}
	if f.Silent > 0 {
		text += ",silent=" + inUnits(f.Silent)
	}
	if f.Kind == SpotReclaim {
		text += ",notice=" + inUnits(f.Notice)
	}
	if f.For > 0 {
		text += ",for=" + inUnits(f.For)
	}
	if f.Every > 0 {
		text += ",every=" + inUnits(f.Every)
	}
	return text
}

// inUnits writes a time in the largest unit of which it is a whole number.
func inUnits(d time.Duration) string {
	switch {
	case d > 0 && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d > 0 && d%time.Minute == 0:
		return fmt.Sprintf("%dmin", d/time.Minute)
	}
	return spec.FormatDuration(d)
}

// Check returns why the fault cannot happen on a cluster with so many nodes; nil if
// it can.
func (f *Fault) Check(nodes int) error {
	if (f.Kind == NodeLoss || f.Kind == SpotReclaim) && f.Node >= nodes {
		return fmt.Errorf("fault %q: node=%d: nodes are counted from 0, and the cluster has %d", f, f.Node, nodes)
	}
	return nil
}

// AwayUntil returns the time until which a fault keeps the manager from acting, which it
// last did at lastServed; a past time if there is none.
func AwayUntil(faults []Fault, now, lastServed time.Duration) time.Duration {
	until := time.Duration(-1)
	for i := range faults {
		f := &faults[i]
		if now < f.At || now >= f.At+f.For {
			continue
		}
		switch f.Kind {
		case ManagerAway:
			until = max(until, f.At+f.For)
		case ManagerSlow:
			until = max(until, min(lastServed+f.Every, f.At+f.For))
		}
	}
	return until
}

// LateUntil is until when faults may keep the manager from acting; 0 if none does.
func LateUntil(faults []Fault) (until time.Duration) {
	for i := range faults {
		if f := &faults[i]; f.Kind == ManagerAway || f.Kind == ManagerSlow {
			until = max(f.At+f.For, until)
		}
	}
	return until
}
