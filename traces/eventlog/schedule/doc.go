// Package schedule finds schedules in times: numbers in, numbers out. Package eventlog
// takes the times from logs.
//
//   - evidence.go: whether a series came by the clock or after earlier jobs ([Compare])
//   - triggers.go: the trigger of a stream, and when each of its batches was due ([Find])
package schedule
