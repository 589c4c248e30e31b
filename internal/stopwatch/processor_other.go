//go:build !unix

package stopwatch

import "time"

var began = time.Now()

// Processor returns the time since this process began: the wall clock, since this
// system has no getrusage.
func Processor() time.Duration { return time.Since(began) }
