package policies

import (
	"fmt"
	"time"
)

// Cause is the reason why a policy changed a target, gave an executor back or kept it.
type Cause uint8

// Causes. Brackets name the fields of Reason that go with a cause.
const (
	NoCause          Cause = iota
	FixedSize              // the number is fixed
	InitialTarget          // Spark's initial target
	Backlog                // tasks have waited for a slot [For: the backlog timeout]
	SustainedBacklog       // tasks still wait [For: the sustained timeout]
	AllNeeded              // the target covers all pending and running tasks
	AtMaximum              // the maximum limits the target
	FewerTasks             // the remaining tasks need fewer executors than wanted
	AtMinimum              // the minimum limits the target
	Idle                   // idle [For: the idle timeout]
	IdleCached             // idle, holding cached blocks [For]
	IdleShuffle            // idle, holding shuffle files that no running job needs [For]
	Replaced               // an executor was lost; the target is unchanged
	Reclaimed              // its node will be taken away
	CustomDecision         // the decision of a custom policy
	Foreseen               // future demand, which only a replay knows

	// Why an idle executor is not given back; see Hold.
	HeldIdle        // its timeout has not passed
	HeldMinimum     // the minimum, or the fixed size
	HeldCached      // cached blocks
	HeldShuffle     // shuffle files that no running job needs
	HeldLiveShuffle // shuffle files that a running job may read
)

// A Reason is the reason for a decision of a policy, for reports.
type Reason struct {
	Cause Cause
	For   time.Duration // the timeout that passed; 0: none
	Step  int           // the executors that this round of the ramp could add; 0: not a round of the ramp
	Need  int           // of a target: the executors that the known tasks could use, without bounds
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
