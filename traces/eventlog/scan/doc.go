// Package scan reads the values of one line of JSON without allocating memory, and checks
// that the line is whole.
//
//   - scanner.go: [Scanner], and what can be wrong with a line ([Fault])
package scan
