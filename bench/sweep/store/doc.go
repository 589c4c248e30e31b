// Package store keeps results in a file that only grows: one line for each, with a key that
// says what it is the result of, and a sum that shows whether the line is whole. Whoever
// stops a process, at any moment, loses at most the line that is being written.
//
//   - line.go: the form of a line
//   - store.go: the file
//   - lock_unix.go: one process at a time; the files beside it are for other systems
package store
