package spark

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// Properties are Spark properties by name, as an event log or a
// spark-defaults.conf file has them. The getters return the given default where
// a property is unset or has no readable value: what a log shows did run, so
// that a value that we cannot read is no reason to refuse it.
type Properties map[string]string

// Count returns a positive whole number of at most 31 bits.
func (p Properties) Count(key string, otherwise int) int {
	if n := get(p, key, 0, ParseInt); n > 0 {
		return n
	}
	return otherwise
}

// Float returns a number.
func (p Properties) Float(key string, otherwise float64) float64 {
	return get(p, key, otherwise, ParseFloat)
}

// Bool returns a truth value.
func (p Properties) Bool(key string, otherwise bool) bool {
	return get(p, key, otherwise, ParseBool)
}

// Duration returns a time; a bare number in the property is in the given unit,
// which differs between Spark's properties.
func (p Properties) Duration(key string, unit, otherwise time.Duration) time.Duration {
	return get(p, key, otherwise, func(text string) (time.Duration, error) { return spec.ParseDuration(text, unit) })
}

// MiB returns a positive size in MiB, for a property whose bare numbers are
// MiB. Sizes above an exabyte are typing mistakes and count as unreadable.
func (p Properties) MiB(key string, otherwise int64) int64 { return p.size(key, 1<<20, otherwise) }

// BytesToMiB does the same for a property whose bare numbers are bytes.
func (p Properties) BytesToMiB(key string, otherwise int64) int64 { return p.size(key, 1, otherwise) }

func (p Properties) size(key string, unit, otherwise int64) int64 {
	n := get(p, key, 0, func(text string) (int64, error) { return spec.ParseBytes(text, unit) })
	if n >>= 20; n > 0 && n <= maxMiB {
		return n
	}
	return otherwise
}

// maxMiB is an exabyte.
const maxMiB = 1 << 40

// DynamicAllocation tells whether dynamic allocation is on.
func (p Properties) DynamicAllocation() bool { return p.Bool("spark.dynamicAllocation.enabled", false) }

// ClusterMode tells whether the driver runs on the cluster and not where the
// application was submitted.
func (p Properties) ClusterMode() bool { return p["spark.submit.deployMode"] == "cluster" }

func get[T any](p Properties, key string, otherwise T, parse func(string) (T, error)) T {
	text, set := p[key]
	if !set { // the usual case; parse would allocate an error
		return otherwise
	}
	if v, err := parse(text); err == nil {
		return v
	}
	return otherwise
}

// ParseInt reads a whole number, as wide as Spark's.
func ParseInt(text string) (int, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return int(n), nil
}

// ParseFloat reads a number.
func ParseFloat(text string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return n, nil
}

// ParseBool reads true or false in any letter case.
func ParseBool(text string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}
