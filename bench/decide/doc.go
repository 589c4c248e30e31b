// Package decide says which differences between policies are significant, which
// settings each class of applications should have ([Advise]), and which fleet
// meets a goal at the least cost ([Tune]).
//
// Advice and search share one core. Read its files in this order:
//
//   - scenario.go: a workload in several shaken replicas;
//   - trial.go: the result of one fleet in a scenario, and sums over it;
//   - room.go: which classes depend on the size of an assumed cluster;
//   - judge.go: differences between policies with their intervals and tests;
//   - startuperror.go: by how much intervals widen because start-up is uncertain;
//   - choose.go: which policy is best by a goal;
//   - significance.go: [Significances], the differences in one comparison;
//   - classes.go: the classes of a workload and their usual candidates;
//   - decision.go: [Decision], the answer of both views of the core.
//
// Advice: advice.go has its types, advise.go the sequence of steps, quality.go
// whether the logs are sufficient, class_advice.go and evaluate.go the choice for
// one class, stability.go whether the verdict holds at other deadlines and loads,
// and joint.go the result of all advice together.
//
// Search: tune.go has its types and the sequence of steps, goal.go how fleets are
// ordered and raced, search.go the scenarios with their candidates, space.go the
// settings that are tried, races.go the races, and verify.go the replay of the
// best fleets in new replicas.
//
// docs/ADVICE.md, docs/TUNE.md and docs/STATISTICS.md explain the methods.
package decide
