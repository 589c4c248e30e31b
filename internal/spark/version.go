package spark

import "fmt"

// A Version is a version of Spark. Patch levels do not count: no rule that we
// know differs between them. The zero value is an unknown version.
type Version struct{ Major, Minor int }

// ParseVersion reads a version such as "3.5.1" or "4.0.0-preview2"; what is none
// is unknown.
func ParseVersion(text string) Version {
	var v Version
	if n, _ := fmt.Sscanf(text, "%d.%d", &v.Major, &v.Minor); n < 2 {
		return Version{}
	}
	return v
}

// Known tells whether the version is known.
func (v Version) Known() bool { return v != Version{} }

// Before tells whether the version is older than another one. An unknown
// version is older than none: it gets the newest rules.
func (v Version) Before(major, minor int) bool {
	return v.Known() && (v.Major < major || v.Major == major && v.Minor < minor)
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }
