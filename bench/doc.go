// Package bench replays one workload under many policies and puts the results
// side by side.
//
// A [Suite] is the question: a workload, a cluster, the policies, and what
// counts as late. [Run] answers it with [Results]: for each policy the exact
// result of its replay, its [Timeline], and a [Row] of metrics over all
// applications and for each class of them. The first policy is the base, to
// which all differences are taken; it is the logs' own settings, called
// "recorded", and how the logs really ran can stand beside it as [Truth].
//
// An application that cannot be replayed under one of the policies is left out
// under all of them, and a policy whose replay does not come to an end has a row
// without values; the notes of the results say so.
//
// [Tune] searches: it races the settings of each class, and fleets of them, over
// shaken replays for the cheapest that keeps the deadlines (docs/TUNE.md).
//
// Integers end here: the replay counts in whole milliseconds, and [Metrics],
// the one table of all metrics with unit, formula and direction, makes floats
// of them. docs/METRICS.md has the same table in prose, and a test holds the
// two together.
//
// Replays run side by side but share nothing that changes, and results stand in
// the order of the suite, so that the same suite gives the same bytes however
// many ran at a time. Numbers of one replay are exact, not sampled: a difference
// between two policies is what this workload, cluster and seed gave.
//
// What it says about other days is another question, and statistics answer it:
// paired differences by blocks of runs ([BlocksOf]), with intervals that hold
// together ([Simultaneous]), tests ([SignFlip], [Holm]), replicas whose inputs are
// shaken, and the model's own error ([Validated]). [Advise] goes by them to say
// what to set for each class, and [CompareResults] to say whether results got
// worse. docs/STATISTICS.md has the method.
package bench
