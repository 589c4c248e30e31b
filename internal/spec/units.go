package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Units of time and size in Spark's own grammar (JavaUtils.timeStringAs and
// byteStringAs): a whole number and one unit, in any letter case.
var (
	timeUnits = map[string]int64{
		"us": int64(time.Microsecond), "ms": int64(time.Millisecond), "s": int64(time.Second),
		"m": int64(time.Minute), "min": int64(time.Minute), "h": int64(time.Hour), "d": 24 * int64(time.Hour),
	}
	sizeUnits = map[string]int64{
		"b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20,
		"g": 1 << 30, "gb": 1 << 30, "t": 1 << 40, "tb": 1 << 40, "p": 1 << 50, "pb": 1 << 50,
	}
)

// ParseDuration reads a time as Spark does: "60s", "1min", "500ms", "2h", or a
// bare number of the given unit. A time too long for a time.Duration becomes its
// largest value.
func ParseDuration(text string, unit time.Duration) (time.Duration, error) {
	n, err := parseUnits(text, int64(unit), timeUnits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time such as 60s, 500ms or 1min", text)
	}
	return time.Duration(n), nil
}

// ParseTime reads a time in a file or flag of this program: as ParseDuration, or with
// decimals, which Spark refuses: "2.5s".
func ParseTime(text string, unit time.Duration) (time.Duration, error) {
	whole, fraction, decimals := strings.Cut(strings.TrimSpace(text), ".")
	digits := strings.TrimRight(fraction, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	if !decimals {
		return ParseDuration(text, unit)
	}
	one, err := ParseDuration("1"+fraction[len(digits):], unit)
	n, wholeErr := ParseDuration(whole+fraction[len(digits):], unit)
	if err != nil || wholeErr != nil || strings.Trim(digits, "0123456789") != "" || digits == "" || len(digits) > maxDecimals || whole[0] == '-' {
		return 0, fmt.Errorf("%q is not a time such as 60s, 2.5s or 1min", text)
	}
	parts, scale := int64(0), int64(1)
	for _, digit := range digits {
		parts, scale = 10*parts+int64(digit-'0'), 10*scale
	}
	more := time.Duration(int64(one)/scale*parts + int64(one)%scale*parts/scale)
	if n > math.MaxInt64-more {
		return math.MaxInt64, nil
	}
	return n + more, nil
}

// maxDecimals is the largest number of decimals of a time: of a day in nanoseconds, so
// that no intermediate result overflows.
const maxDecimals = 9

// ParseBytes reads a size in bytes as Spark does: "64g", "512m", or a bare
// number of the given unit. A size too large for an int64 becomes its largest
// value.
func ParseBytes(text string, unit int64) (int64, error) {
	n, err := parseUnits(text, unit, sizeUnits)
	if err != nil {
		return 0, fmt.Errorf("%q is not a size such as 512m or 4g", text)
	}
	return n, nil
}

// ParseMiB reads a size as ParseBytes does and returns it in MiB, rounded down.
// A bare number is MiB.
func ParseMiB(text string) (int64, error) {
	n, err := ParseBytes(text, sizeUnits["m"])
	return n / sizeUnits["m"], err
}

func parseUnits(text string, bare int64, units map[string]int64) (int64, error) {
	text = strings.ToLower(strings.TrimSpace(text))
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz")
	unit := bare
	if word := text[len(digits):]; word != "" {
		if unit = units[word]; unit == 0 {
			return 0, strconv.ErrSyntax
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil {
		return 0, err
	}
	if n > math.MaxInt64/unit {
		return math.MaxInt64, nil
	}
	if n < math.MinInt64/unit {
		return math.MinInt64, nil
	}
	return n * unit, nil
}

// FormatDuration writes a time in the largest exact unit: "90s", "1500ms". It uses
// no unit above seconds, because Spark's documentation gives times in seconds.
func FormatDuration(d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"s", time.Second}, {"ms", time.Millisecond}} {
		if d%unit.size == 0 {
			return strconv.FormatInt(int64(d/unit.size), 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(d/time.Microsecond), 10) + "us"
}

// FormatMiB writes a size in the largest unit that is exact: "64g", "512m".
func FormatMiB(n int64) string {
	if n != 0 && n%1024 == 0 {
		return strconv.FormatInt(n/1024, 10) + "g"
	}
	return strconv.FormatInt(n, 10) + "m"
}
