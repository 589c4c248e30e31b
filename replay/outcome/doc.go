// Package outcome has what happens in a replay, what one application got, and what is true of
// every outcome.
//
//   - event.go: the events
//   - app.go: the outcome
//   - invariants.go: the table of what cannot be otherwise
package outcome
