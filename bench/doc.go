// Package bench replays one workload under many policies and puts the results
// side by side.
//
// A [Suite] is the question: a workload, a cluster, the policies, and the
// deadlines. [Run] answers it with [Results]: for each policy the exact result of
// its replay, its timeline, and a row of metrics over all applications and for
// each class of them. The first policy is the base, to which all differences are
// taken; it is the logs' own settings, called "recorded", and how the logs really
// ran can stand beside it as [Truth].
//
// An application that cannot be replayed under one of the policies is left out
// under all of them, and a policy whose replay passes the horizon has rows without
// values; the notes of the results say so.
//
// Observers that [Options] names follow the replays.
//
// Replays run side by side but share nothing that changes, and results stand in
// the order of the suite, so that the same suite gives the same bytes however
// many ran at a time. Numbers of one replay are exact, not sampled: a difference
// between two policies is exact for this workload, cluster and seed. Whether it
// holds for other days is a question of statistics, which package decide answers.
//
// Read the files in this order:
//
//   - suite.go and results.go: [Suite] and [Results];
//   - fleets.go: fleets of policies, and the one with the recorded settings;
//   - run.go and options.go: [Run], and how replays run side by side;
//   - leaveout.go: applications that cannot be replayed;
//   - reference.go: applications alone on the cluster, and misses at other slack
//     factors;
//   - truth.go and pairs.go: how the applications really ran, in the same metrics;
//   - externality.go and faultcost.go: what a class's policy costs the other
//     classes, and what faults cost;
//   - versions.go: notes on Spark versions and vendors;
//   - blocks.go: the division of a workload's runs into blocks for statistics;
//   - gate.go: [Gate], the comparison of a result file with an older one.
//
// Packages below: stats (intervals and tests), sla (deadlines), metrics (the one
// table), decide (advice and search), validate (replays against recordings) and
// builtin (the built-in workloads).
package bench
