package policies

import (
	"fmt"
	"time"
)

// Cause is why a policy moved a target, gave an executor back or kept it.
type Cause uint8

// Causes; what each adds in Reason is in brackets.
const (
	NoCause       Cause = iota
	FixedSize           // the number is fixed
	InitialTarget       // Spark's initial target
	Backlog             // tasks have waited for a slot [For: the timeout that ran out]
	StillBacklog        // and still do [For: the sustained timeout]
	AllNeeded           // what all pending and running tasks need, and no more
	AtMaximum           // the upper bound stops it
	FewerTasks          // fewer tasks are left than executors wanted
	AtMinimum           // the lower bound holds it
	Idle                // idle [For: the idle timeout]
	IdleCached          // idle, holding cached blocks [For]
	IdleShuffle         // idle, holding shuffle files that no running job needs [For]
	Replaced            // an executor was lost; the target stands
	Reclaimed           // its node is about to be taken away
	OwnDecision         // a policy of the user's own says so
	Foreseen            // the demand that is to come, of which only a replay can know

	// What keeps an executor that is idle; see Hold.
	HeldIdle        // its timeout has not run out
	HeldMinimum     // the minimum, or the fixed size
	HeldCached      // cached blocks
	HeldShuffle     // shuffle files that no running job needs
	HeldLiveShuffle // shuffle files that a running job may read
)

// A Reason says in a person's words why something was decided.
type Reason struct {
	Cause Cause
	For   time.Duration // the timeout that ran out; 0 where none did
	Step  int           // executors that the round of the ramp could add; 0 where none did
	Need  int           // of a target: executors that the tasks known then could use, bounds not counted
}

var causeTexts = [...]string{
	"", "fixed size", "initial target", "backlog for %s", "backlog still there after %s", "all that is needed",
	"the maximum", "fewer tasks than that", "the minimum", "idle for %s", "idle for %s with cached blocks",
	"idle for %s with shuffle files", "replaces a lost executor", "its node is reclaimed",
	"the policy's own decision", "what is to come",
	"idle", "held by the minimum or fixed size", "held by cached blocks", "held by shuffle files that no running job needs", "held by shuffle files of a running job",
}

func (r Reason) String() string {
	text := causeTexts[r.Cause]
	if r.For == 0 {
		return text
	}
	return fmt.Sprintf(text, r.For)
}
