// Package bench replays one workload under many policies and compares the results.
//
// A [Suite] is the question: a workload, a cluster, the policies, and the deadlines.
// [Run] answers it with [Results]: for each policy the exact result of its replay, its
// timeline, and a row of metrics over all applications and for each class of them. The
// first policy is the base, to which all differences are taken; it has the settings in
// the logs and is called "recorded". The real course of the logs can be compared with
// it as [Truth].
//
// An application that cannot be replayed under one of the policies is left out under
// all of them, and a policy whose replay passes the horizon has rows without values;
// notes in the results name both.
//
// Observers that [Options] names follow the replays.
//
// Replays run in parallel but share no mutable state, and results are in the order of
// the suite, so that the same suite gives the same bytes however many run in parallel.
// Numbers of one replay are exact, not sampled: a difference between two policies is
// exact for this workload, cluster and seed. Whether it holds for other days is a
// question of statistics, which package decide answers.
//
// Read the files in this order:
//
//   - suite.go and results.go: [Suite] and [Results];
//   - shuffle.go: what is taken to keep shuffle files where the settings of a log protect none;
//   - fleets.go and defaults.go: fleets of policies, the one with the recorded settings,
//     and those that are compared if none are given;
//   - run.go and options.go: [Run], and how replays run in parallel;
//   - memory.go: how much memory that takes;
//   - unsaid.go: what "recorded" means where nothing says how applications were configured;
//   - nodes.go: policies that hold less and save no node, or wait for room, and executors
//     of several sizes;
//   - leaveout.go: applications that cannot be replayed;
//   - disruptions.go: what recorded runs lost;
//   - replica.go: variations of a workload at random;
//   - prepared.go: single replays, one by one, of a workload whose references are known;
//   - reference.go: applications alone on the cluster, and misses at other slack
//     factors;
//   - selfcheck.go: how well replays reproduce the logs of each class;
//   - truth.go and pairs.go: the recorded runs, in the same metrics;
//   - externality.go and faultcost.go: the effect of a class's policy on the other
//     classes, and the cost of faults;
//   - versions.go, clock.go, streams.go: notes on Spark versions and vendors, on
//     applications that the clock stops, and on streams under dynamic allocation;
//   - refusals.go: policies that Spark refuses;
//   - blocks.go: the division of a workload's runs into blocks for statistics;
//   - gate.go: [Gate], the comparison of a result file with an older one.
//
// Packages below: stats (intervals and tests), sla (deadlines), metrics (the one
// table), selfreplay (each log against its own replay), decide (advice and search), sweep (many combinations),
// validate (replays against recordings) and builtin (the built-in workloads).
package bench
