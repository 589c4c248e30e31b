//go:build !unix

package stopwatch

import (
	"runtime"
	"time"
)

var began = time.Now()

// Processor returns the time since this process began: the wall clock, since this
// system has no getrusage.
func Processor() time.Duration { return time.Since(began) }

// PeakMemory returns the memory, in bytes, that the run time of Go has from the system.
func PeakMemory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
