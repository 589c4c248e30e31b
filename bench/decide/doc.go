// Package decide says which differences between policies are significant, and which
// settings each class of applications should have ([Decide]). The commands advise and tune
// are two views of one [Decision].
//
// Read its files in this order:
//
//   - decision.go: [Question] and [Decision], with the figures of fleets and classes;
//   - decide.go: the sequence of steps of [Decide];
//   - classes.go and quality.go: the classes of a workload, and whether their logs are
//     sufficient;
//   - space.go: the settings that are tried;
//   - scenario.go and trial.go: a workload in several shaken replicas, and the result of one
//     fleet in them; package room: which classes depend on the size of an assumed cluster;
//   - elsewhere.go: replays on other machines;
//   - goal.go: how fleets are ordered and raced;
//   - search.go and settle.go: the search of each class alone, and of fleets;
//   - judgement.go and confidence.go: the candidates of each class inside the advised
//     fleet, in new replicas, and the repetitions of the choice between the two kinds;
//   - breakeven.go: the values of inputs at which the answer for a class changes;
//   - result.go, class_decision.go and figures.go: what is reported of it.
//
// Comparisons of one replay each: comparer.go has the differences between policies with
// their intervals and tests, startuperror.go by how much intervals widen because start-up
// is uncertain, and significance.go [Significances], the differences in one comparison.
//
// docs/ADVICE.md, docs/TUNE.md and docs/STATISTICS.md explain the methods.
package decide
