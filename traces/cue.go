package traces

import "time"

// A Cue says when the driver does something: Gap after the later of two times, the end
// of a job and a time of the clock. So one rule has three kinds of loops (Schroeder,
// Wierman, Harchol-Balter: Open versus closed, NSDI 2006): see CueKind.
type Cue struct {
	After int           // index into Application.Jobs; -1: the application's start
	At    time.Duration // not before this time after the application's start; 0: as soon as After has ended
	Gap   time.Duration // the driver's time since then, 0 or more
}

// A CueKind is the kind of a Cue: what makes the driver go on.
type CueKind uint8

// The kinds. Under a policy that makes a job late, all that follows it in a closed loop
// is late too; in an open loop nothing is; after a trigger only what would overlap.
const (
	ClosedLoop CueKind = iota // After, whatever the clock says
	OpenLoop                  // At, whatever the application does
	Triggered                 // At, but never before After has ended
	CueKinds   = iota
)

var cueKindNames = [CueKinds]string{"after a job", "at a time", "at a trigger"}

func (k CueKind) String() string { return cueKindNames[k] }

// Kind is the kind of a cue.
func (c Cue) Kind() CueKind {
	switch {
	case c.At == 0:
		return ClosedLoop
	case c.After < 0:
		return OpenLoop
	}
	return Triggered
}

// Time is when the driver does what the cue is for. after is when the job ended, or when
// the driver started if there is none; start is the application's start, to which the
// clock is related.
func (c Cue) Time(after, start time.Duration) time.Duration {
	return max(after, start+c.At) + c.Gap
}
