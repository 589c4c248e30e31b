// Package builtin has the workloads and policies that are part of the program: a
// recorded fleet of six applications ([Fleet]) and a working day made from it
// ([Day]), on the cluster on which they were recorded (builtin.go, day.go).
package builtin
