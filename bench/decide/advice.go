package decide

import (
	"time"

	"dynalloc/bench"
	"dynalloc/bench/selfreplay"
	"dynalloc/bench/sla"
	"dynalloc/bench/stats"
	"dynalloc/bench/validate"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
)

// Verdict is the result of advice for a class.
type Verdict string

// Verdicts.
const (
	Static       Verdict = "static"        // a fixed number of executors
	Dynamic      Verdict = "dynamic"       // dynamic allocation
	NoDifference Verdict = "no-difference" // no significant difference between the best of both kinds
	Insufficient Verdict = "insufficient"  // the logs are not sufficient for a verdict
)

// AdviseOptions say what is advised and how.
type AdviseOptions struct {
	bench.Options
	Goal     Goal            // empty: FewestMisses
	Policies []policies.Spec // candidates besides the usual ones
	Only     bool            // no candidates besides Policies and the current policy of the class
}

// Advice is the recommended settings for each class of a workload.
type Advice struct {
	Suite         *bench.Suite
	Goal          Goal
	Replicas      int // replays of each policy that reached the final comparison; all but the first are shaken
	Classes       []ClassAdvice
	Joint         *Joint // nil: no change is advised, or there is only one class
	DeadlineBasis string
	LeftOut       []*replay.AppError // applications that cannot be replayed and are of no class
	CheckedAt     []string           // the other deadlines and loads at which the verdicts were checked
	RoomDecides   []string           // classes for which policies were tried that want more than the assumed cluster holds, or than the logs show where nothing limits them
	Notes         []note.Note
	Self          []selfreplay.Error // of each application of Suite.Workload

	deadlines []sla.Reference
}

// ClassAdvice is the advice for one class.
type ClassAdvice struct {
	Class           string
	Runs            int
	Verdict         Verdict
	Stable          bool
	Flips           []note.Note // the deadlines and loads at which the verdict differs; empty if it is stable
	Insufficiencies []note.Note // why the logs are insufficient
	Notes           []note.Note
	Streams         bool // it has streaming queries

	Current   Evaluation  // of the settings that the class has now
	Advised   Evaluation  // of the settings to use; those of Current if they are as good, or the logs are insufficient
	Static    *Evaluation // of the best fixed size; nil: there was no candidate
	Dynamic   *Evaluation // of the best dynamic allocation; nil: there was no candidate
	Snippet   policies.Snippet
	NoSnippet string // why there is no snippet

	// Saved is the executor-seconds of Static minus those of Dynamic. SavedShare is the
	// same as a share of Static. TimeDelta is the turnaround of Dynamic minus that of
	// Static, as a share of Static.
	Saved, SavedShare, TimeDelta stats.Estimate
	Assumed                      bool // no deadline is given for the class: each run's deadline is AssumedFactor times its turnaround alone
	SmallestStatic               SmallestStatic
	Blocks                       bench.Blocks // the blocks that are resampled for the intervals of the class
	Model                        validate.ModelError
	Evaluations                  []Evaluation // of all candidates, in their order
}

// SmallestStatic is the smallest fixed size that keeps 99 % of the deadlines.
type SmallestStatic struct {
	Executors int     // 0: no candidate keeps that many
	Kept      float64 // share of the deadlines that it keeps, 0 to 1; if Executors is 0, the share that the best candidate keeps
	Of        int     // replayed runs with a deadline
}

// deadlinesKept is the share of deadlines that SmallestStatic keeps.
const deadlinesKept = 0.99

// Joint is the result of following the advice for all classes at once.
type Joint struct {
	Fleet         policies.Fleet
	Before, After float64        // misses of all applications, with the current settings and as advised
	Of            int            // runs with a deadline
	MissDelta     stats.Estimate // After minus Before
	SavedShare    stats.Estimate // of all executor-seconds
	TimeDelta     stats.Estimate // of all turnarounds, as a share
	Worse         []note.Note    // classes that miss more deadlines than with their own advice alone
}

// An Evaluation is the result of a class under one candidate.
type Evaluation struct {
	Policy           policies.Spec
	Replicas         int            // replays of it; only one if it was screened out
	Of               int            // runs of the class with a deadline, given or assumed; of all replicas if the blocks are replicas
	Misses           stats.Estimate // of those
	OtherClassMisses float64        // misses of the other classes
	Turnaround       float64        // mean, seconds
	ExecutorSeconds  float64
	Problem          string         // why it could not be replayed, or is refused; the other fields are then empty
	Refused          replay.Failure // why Spark refuses it; NoFailure: it does not

	// Differences to the advised policy, for candidates that were replayed in all
	// replicas; their intervals are simultaneous. Misses are those of all applications, or
	// of the class only if its deadlines are assumed; they are summed over all replicas if
	// Of is. CostDelta (executor-seconds) and TimeDelta (turnaround) are shares.
	MissDelta, CostDelta, TimeDelta stats.Estimate
	MissesSignificant               bool

	Causes     []MissCause   // of the class's misses, the most frequent first; only for Static and Dynamic
	RampUpTime time.Duration // of the runs that miss, median time to the executors that they need

	trial *trial
}

// A MissCause is the number of a policy's misses with one main cause: the cause of the
// largest part of the time by which each run is late (replay.Turnaround.Late).
type MissCause struct {
	Cause  attribution.TimeCause
	Misses float64
}

// Static reports whether the policy is a fixed number of executors.
func (e *Evaluation) Static() bool { return e.Policy.Fixed() }
