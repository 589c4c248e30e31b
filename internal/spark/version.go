package spark

import (
	"fmt"
	"strconv"
	"strings"
)

// A Version is a version of Spark. Patch levels do not count: no rule that we
// know differs between them. The zero value is an unknown version.
type Version struct{ Major, Minor int }

// ParseVersion reads a version such as "3.5.1" or "4.0.0-preview2"; what is none
// is unknown.
func ParseVersion(text string) Version {
	major, rest, dotted := strings.Cut(text, ".")
	digits := 0
	for digits < len(rest) && '0' <= rest[digits] && rest[digits] <= '9' {
		digits++
	}
	if !dotted || digits == 0 {
		return Version{}
	}
	x, wrong := strconv.Atoi(major)
	y, none := strconv.Atoi(rest[:digits])
	if wrong != nil || none != nil {
		return Version{}
	}
	return Version{x, y}
}

// Known tells whether the version is known.
func (v Version) Known() bool { return v != Version{} }

// Before tells whether the version is older than another one. An unknown
// version is older than none: it gets the newest rules.
func (v Version) Before(major, minor int) bool {
	return v.Known() && (v.Major < major || v.Major == major && v.Minor < minor)
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
