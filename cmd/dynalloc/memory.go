package main

import (
	"fmt"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryIs says how much memory a command will take, and which bound there is.
func memoryIs(bytes int64, bound int64, whose string) string {
	text := "about " + inBytes(bytes) + " of memory"
	switch {
	case bound <= 0:
		return text
	case bytes > bound:
		return fmt.Sprintf("%s, more than the %s that %s allows: give it more, fewer replays at a time (--parallel 1), or a part of the applications (--name, --since)", text, inBytes(bound), whose)
	}
	return fmt.Sprintf("%s of the %s that %s allows", text, inBytes(bound), whose)
}

// memoryBound is the memory that this process may take in bytes, and who says so; 0: nobody
// does, or it is not known.
func memoryBound() (bytes int64, whose string) {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		bytes, whose = limit, "GOMEMLIMIT"
	}
	if limit := controlGroupLimit(os.ReadFile); limit > 0 && (bytes == 0 || limit < bytes) {
		bytes, whose = limit, "the control group"
	}
	return bytes, whose
}

// controlGroupLimit is the least limit of memory of this process's control groups in Linux,
// of either version; 0: there is none. See cgroups(7), and memory.max in
// Documentation/admin-guide/cgroup-v2.rst of the kernel.
func controlGroupLimit(read func(path string) ([]byte, error)) (least int64) {
	groups, err := read("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(groups)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // hierarchy:controllers:path
		if len(parts) < 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if parts[1] == "memory" {
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if parts[1] != "" {
			continue
		}
		for group := path.Clean("/" + parts[2]); ; group = path.Dir(group) { // in a container, only the root is there
			if text, err := read(path.Join(root, group, file)); err == nil {
				n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max": none
				if err == nil && n > 0 && n < 1<<60 && (least == 0 || n < least) {
					least = n
				}
			}
			if group == "/" {
				break
			}
		}
	}
	return least
}

// inBytes writes a number of bytes with two digits or three.
func inBytes(n int64) string {
	switch {
	case n < 99_500_000:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	case n < 995_000_000:
		return fmt.Sprintf("%d MB", (n+5_000_000)/10_000_000*10)
	}
	return fmt.Sprintf("%.3g GB", float64(n)/1e9)
}
