// Package exclusion decides which executors and nodes take no tasks because tasks failed on
// them: spark.excludeOnFailure, named spark.blacklist before Spark 3.1.
//
//   - exclusion.go: the rules, for one task set and for the whole application
//   - recorded.go: on which executors the failures of a log happen
package exclusion
