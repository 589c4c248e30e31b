//go:build unix

package stopwatch

import (
	"runtime"
	"syscall"
	"time"
)

// Processor returns the time that processors spent on this process since it began, in
// its own code and in the kernel, on all cores. Unlike the wall clock it does not run
// while other processes do.
func Processor() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PeakMemory returns the most memory, in bytes, that this process had resident since it
// began.
func PeakMemory() int64 {
	u := usage()
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(u.Maxrss)
	}
	return int64(u.Maxrss) << 10
}

func usage() (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // getrusage fails only for arguments that are not valid
	}
	return u
}
