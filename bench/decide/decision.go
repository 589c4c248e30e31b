package decide

import (
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

// A Question asks which settings each class of a workload should have.
type Question struct {
	Suite    *bench.Suite // its Policies and Truth are ignored
	MissRate float64      // share of the runs of each class with a deadline that may miss it, 0 to 1
	// MaxSlowdown is the share by which the mean turnaround of a class without deadlines
	// may exceed that with the settings in force.
	MaxSlowdown float64
	Prefer      Preference      // empty: PreferSafe
	Policies    []policies.Spec // the user's own candidates, for each class and for everyone
	Only        bool            // no candidates besides Policies and the settings in force
	// ShortestTime: turnaround is minimized first, and then executor-time; deadlines do not
	// count.
	ShortestTime bool
	// Protection is how shuffle files are protected under dynamic allocation; nil: every
	// way that the cluster has is tried.
	Protection *policies.Protection
	Replicas   int // shaken replays of each finalist of the search; 0: as many as the budget allows
	Budget     int // number of replays of the workload after which no more are added; 0: by the size of the workload
}

// A Preference says which of two answers is advised.
type Preference string

// The two answers.
const (
	PreferSafe  Preference = "safe"  // the upper end of the miss interval meets the target
	PreferCheap Preference = "cheap" // the estimate of misses meets the target
)

// Verdict is the result of a decision for a class.
type Verdict string

// Verdicts.
const (
	Static       Verdict = "static"        // a fixed number of executors
	Dynamic      Verdict = "dynamic"       // dynamic allocation
	NoDifference Verdict = "no-difference" // the best of both kinds give the same within the margins
	Insufficient Verdict = "insufficient"  // the logs are not sufficient for a verdict
)

// Undecided: neither kind is better with a confidence of DecidedAt, and the two do not
// make the same result either.
const Undecided Verdict = "undecided"

// DecidedAt is the confidence from which a verdict is given.
const DecidedAt = 0.9

// A Decision is what to set for each class, how sure that is, and what it gives. Figures
// of fleets are of the judging replicas, which took no part in the search.
type Decision struct {
	Suite    *bench.Suite // without applications that cannot be replayed
	Question Question
	Tried    Tried
	Replicas int // judging replicas: shaken replays of each finalist

	Now     FleetResult   // the settings in force
	Safe    FleetResult   // the cheapest fleet whose upper ends of misses meet the target, or come nearest to it
	Cheap   FleetResult   // the cheapest fleet whose estimates meet the target
	Advised FleetResult   // Safe or Cheap, as the question prefers
	Front   []FleetResult // the best fleets that were found and compared by misses and cost, the cheapest first; Safe and Cheap are among them
	// OneForAll are the best fixed size and the best dynamic allocation that every class
	// gets alike, and the user's policies; the cheaper first.
	OneForAll []FleetResult
	Hindsight []FleetResult // references that know the demand in advance; they cannot be deployed
	Others    []FleetResult // fleets that were replayed in all replicas of the search but not judged; means over those
	Bounds    Bounds

	Classes []ClassDecision // in the order of FleetResult.Classes

	WithoutDeadlines []string // classes that Question.MaxSlowdown limits

	DeadlineBasis string
	Invented      bool               // nobody gave deadlines: they are the default of the tool
	RoomDecides   []string           // classes for which policies were tried that want more than the assumed cluster holds
	Ambiguous     []string           // classes for which the patterns of the fleets select the policy of another class
	Untested      []string           // classes for which the budget was too small
	LeftOut       []*replay.AppError // applications that cannot be replayed
	SmallBudget   int                // the default budget, if that of the question is smaller: then the best of each kind may not have been found; else 0
	Interrupted   bool               // the search was cancelled: the best so far
	Notes         []note.Note
	Self          []selfreplay.Error // of each application of Suite.Workload

	reference []sla.Reference // of each application of Suite.Workload
}

// Tried counts the candidates of each kind. The best of them is no proven optimum.
type Tried struct {
	Static, Dynamic int     // settings of one class
	User            int     // of those, the user's own policies
	OneForAll       int     // one policy for everyone
	Fleets          int     // different settings by class
	Replays         float64 // of the workload; a replay of one class counts as its share
}

// A ClassDecision is the answer for one class, inside the advised fleet.
type ClassDecision struct {
	Class    string
	Runs     int
	Invented bool // its deadlines are the default of the tool: 1.5 times each run alone
	Verdict  Verdict
	// Confidence is the share of repetitions of the whole choice in which the kind of Set
	// was better than the best of the other kind in replicas that did not choose it.
	// ConfidenceError is its standard error, with the noise of the replicas.
	Confidence, ConfidenceError float64
	Replicas                    int     // in which the choice was repeated
	Equivalent                  float64 // share of repetitions in which both kinds gave the same within the margins

	Now, Set    Choice  // Set is Safe or Cheap, as the question prefers
	Safe, Cheap Choice  // as in the two fleets
	BestStatic  *Choice // the best of each kind inside the advised fleet; nil: there is no candidate
	BestDynamic *Choice
	Plain       *Choice   // dynamic allocation with Spark's defaults, inside the advised fleet; nil: not judged
	Candidates  []Choice  // all that were judged inside the advised fleet, the best first
	OwnChange   OwnChange // of Set alone
	ProofRuns   int       // runs without a miss that prove the target; 0: its runs do already, or the class has no deadlines

	Reason          note.Note // the one reason for the advised kind
	WouldDecide     []note.Note
	BreakEvens      []BreakEven
	ChangeProbable  float64     // that any input lies beyond its break-even; 0: none was found
	Insufficiencies []note.Note // why the logs are insufficient
	Refused         []note.Note // policies that Spark refuses
	Notes           []note.Note
	Streams         bool // it has streaming queries
	Snippet         policies.Snippet
	NoSnippet       string       // why there is no snippet
	Blocks          bench.Blocks // that are resampled; by replica: the class is judged as "these runs, repeated"
	Model           validate.ModelError
}

// A Choice is the settings of one class and what it gets with them in a fleet.
type Choice struct {
	Policy policies.Spec // the most frequent settings in force instead of "recorded"
	Figures
	Causes []MissCause // of its misses, the most frequent first; only for BestStatic and BestDynamic
	RampUp float64     // median seconds to the executors that late runs need; NaN: not known
}

// Figures are what a class gets in one replay of its runs: sums over its runs, as means
// over the replicas. Seconds are of simulated time.
type Figures struct {
	Runs            int
	Deadlines       int            // runs with a deadline
	Misses          stats.Estimate // runs that miss, of Deadlines; the interval includes the model's error
	Turnaround      float64        // mean over the runs
	TurnaroundP95   float64        // over the runs of all replicas
	ExecutorSeconds float64
	CoreSeconds     float64
	SlackP5         float64 // seconds left to the deadline that 95 % of runs exceed; negative: late; NaN: no deadlines
	Slowdown        float64 // of the mean turnaround against the settings in force, as a share
}

// OwnChange is what the change of one class alone contributes, while the others keep the
// settings in force: changes of one replay of the whole workload.
type OwnChange struct {
	Misses      float64 // of the class
	OtherMisses float64 // of the other classes
	CoreSeconds float64 // of all classes; negative: saved
}

// A MissCause is the number of a policy's misses with one main cause: the cause of the
// largest part of the time by which each run is late (replay.Turnaround.Late).
type MissCause struct {
	Cause  attribution.TimeCause
	Misses float64 // in one replay of the runs
}

// A BreakEven is a value of an input from which on the answer for a class is another one.
type BreakEven struct {
	Input   string  // "startup", "load", "deadline", "spread" or "free"
	Now, At float64 // in these logs, and where the answer changes; in the unit of the input
	Above   bool    // it changes above At; false: below
	Verdict Verdict
	Set     policies.Spec // then
	// Uncertainty is the standard deviation of the logarithm of what is not known of the
	// input, and Probability how probable it is that the input lies beyond At.
	Uncertainty, Probability float64
}

// A FleetResult is a fleet and its figures in one replay of the whole workload, as means
// over replicas.
type FleetResult struct {
	Fleet         policies.Fleet // a rule for each class; the patterns are the names of classes
	Conf          []string       // by rule: the lines to change in spark-defaults.conf, or a comment if there are none
	Misses        float64
	Deadlines     float64
	MissRate      stats.Estimate // share of the applications with a deadline; the interval includes the model's error
	ExecutorHours float64
	Saved         stats.Estimate // of the executor-hours with the settings in force, as a share
	Slowdown      float64        // the largest increase of the mean turnaround of a class without deadlines, as a share
	MeetsGoal     bool           // its estimates meet the target
	Proven        bool           // the upper ends of its misses do, in every class
	OnFront       bool           // no other fleet of the list dominates it in misses and executor-hours
	Classes       []Figures      // of each class, in the order of Decision.Classes
}

// Bounds are lower bounds for every policy.
type Bounds struct {
	Misses        float64 // applications whose critical path is longer than their deadline
	ExecutorHours float64 // total work / cores of an executor
}
