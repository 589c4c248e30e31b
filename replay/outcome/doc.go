// Package outcome has what one application got in a replay, and what is true of every
// outcome.
//
//   - app.go: the outcome
//   - invariants.go: the table of what cannot be otherwise
package outcome
