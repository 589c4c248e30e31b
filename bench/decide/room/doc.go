// Package room finds the classes whose figures depend on the size of a cluster that was
// assumed.
//
//   - check.go: [Check], which observes replays.
package room
