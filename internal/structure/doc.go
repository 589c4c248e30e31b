// Package structure holds the rules for the module's own source code. It has
// nothing but tests:
//
//   - graph_test.go has the table of packages: what each may import, and how large it
//     may be;
//   - kinds_test.go looks for code that compares with the name of a policy kind or of
//     a cluster manager outside the table of kinds;
//   - purity_test.go looks in policies, the engine and the managers for what could make
//     two runs differ: the clock, files, goroutines, the order of maps;
//   - replay_test.go holds that the engine computes in integers and does not read what
//     was recorded of executors;
//   - facts_test.go holds that the sizes of drivers and executors are read in one place;
//   - docs_test.go holds that each package comment names the files of its package;
//   - load_test.go reads the sources with their types.
package structure
