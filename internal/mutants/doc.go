// Package mutants breaks the program in many places, one at a time, and runs the
// tests of the packages nearby: a change of behavior that no test notices shows a
// test that is missing. "make mutants" does it, in a copy of the tree; it takes about
// an hour. The places are in mutants.txt.
package mutants
