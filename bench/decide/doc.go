// Package decide says which differences between policies are significant, which
// policy each class of applications should have ([Advise]), and which fleet keeps
// a goal at the least cost ([Tune]).
//
// Read the files in this order:
//
//   - replicas.go: shaken replays of a workload, and what policies gave in them;
//   - advise_judge.go: how policies are compared over replicas: intervals, tests,
//     and which policy is best by a goal;
//   - significance.go: [Significances], the differences of a comparison that are
//     more than chance;
//   - advise_candidates.go: the classes of a workload and the policies that are
//     tried for each;
//   - advise.go, advise_class.go, advise_screen.go, advise_trust.go,
//     advise_causes.go and advise_check.go: advice for each class;
//   - tune.go, tune_stage.go, tune_space.go, tune_halving.go, tune_search.go and
//     tune_check.go: the search for the cheapest fleet.
//
// docs/ADVICE.md, docs/TUNE.md and docs/STATISTICS.md explain the methods.
package decide
