package store

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock has the file to this process until it closes the file or ends, however it ends. It
// locks a byte behind every line, so that others can read.
func lock(f *os.File) error {
	behind := windows.Overlapped{OffsetHigh: math.MaxInt32}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &behind)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrLocked
	}
	return err
}
