// Package sweep replays many cells: every combination of policies, replicas, loads, seeds
// and windows of a plan, over one workload on one cluster. Each finished cell is one line of
// JSON with a key that all that decides the result is part of, so that results can be
// kept, moved, added to and compared byte by byte.
//
// Read the files in this order:
//
//   - plan.go and axes.go: [Plan], its file, and the cells that it stands for;
//   - runner.go: [Runner], which replays cells; variants.go: the workloads that they share;
//   - inputs.go and key.go: what decides a result, as a hash;
//   - line.go: the result line;
//   - results.go: all cells of a plan, with the results that are in stores; folder.go: the
//     folder of a complete sweep, read again;
//   - summary.go and benchstat.go: means over replicas and seeds, and the results for benchstat;
//   - worker.go: cells by request, for other processes.
//
// Package store below keeps the lines. The package has no flags and prints nothing.
package sweep
