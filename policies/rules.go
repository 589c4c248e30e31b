package policies

import (
	"fmt"

	"dynalloc/internal/note"
	"dynalloc/internal/spark"
)

// Rules are the rules of Spark that changed between versions and affect executors.
// docs/MODEL.md lists the changes.
type Rules struct {
	// MaxTimeout: the timeout of an idle executor is the largest of the idle, cached
	// and shuffle timeouts that apply (since 3.5; SPARK-43398). Before, the smaller
	// of the cached and shuffle timeouts replaced the idle timeout.
	MaxTimeout bool
	// RemovalDelay: on a standalone cluster the driver waits five seconds before a
	// closed connection counts as a lost executor (since 3.4).
	RemovalDelay bool
	// LateSpeculation: by default, tasks are copied when 90 % of the tasks are done
	// and they take three times the median (since 4.0); before, 75 % and 1.5 times.
	LateSpeculation bool
	// EfficientSpeculation: a copy also needs a low data rate or a very long run
	// (since 3.4).
	EfficientSpeculation bool
}

// newestMajor and newestMinor are the newest Spark version whose rules are known: the
// policy was compared with its ExecutorAllocationManager, which has not changed since
// 4.1 (docs/ORACLE.md).
const newestMajor, newestMinor = 4, 3

// Newest is the newest known rule set, that of Spark 4.1 to 4.3.
var Newest = Rules{MaxTimeout: true, RemovalDelay: true, LateSpeculation: true, EfficientSpeculation: true}

// RulesOf returns the rules of a Spark version such as "3.4.1". Versions before 3.0
// get the rules of 3.0. Unknown versions and those after the newest known one get
// the newest rules.
func RulesOf(version string) Rules {
	v := spark.ParseVersion(version)
	return Rules{
		MaxTimeout:           !v.Before(3, 5),
		RemovalDelay:         !v.Before(3, 4),
		LateSpeculation:      !v.Before(4, 0),
		EfficientSpeculation: !v.Before(3, 4),
	}
}

// VersionNotes returns a note that names the rules used for a Spark version that is
// older or newer than the known ones, and nothing for a known version.
func VersionNotes(version string) []Note {
	switch v := spark.ParseVersion(version); {
	case v.Before(3, 0):
		return []Note{oldestRules.With(version, "3.0")}
	case v.Known() && !v.Before(newestMajor, newestMinor+1):
		return []Note{newestRules.With(version, fmt.Sprintf("%d.%d", newestMajor, newestMinor))}
	}
	return nil
}

var (
	oldestRules = note.Declare("rules-oldest", "version", "rules")
	newestRules = note.Declare("rules-newest", "version", "rules")
)
