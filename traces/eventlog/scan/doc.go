// Package scan reads the values of one line of JSON without allocating memory, and checks
// that the line is whole. It knows the events of tasks.
//
//   - scanner.go: [Scanner], and what can be wrong with a line ([Fault])
//   - task.go: [TaskEvent], a TaskStart or TaskEnd line
package scan
