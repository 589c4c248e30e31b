package spark_test

import (
	"testing"
	"time"

	"dynalloc/internal/spark"
)

// Spark trims values and ignores their letter case; what it would refuse counts
// as not set.
func TestPropertiesAsSparkReadsThem(t *testing.T) {
	p := spark.Properties{
		"n": " 12 ", "none": "0", "wide": "4294967296", "half": "0.5", "yes": "True", "one": "1",
		"bare": "3", "minute": "1min", "size": "2g", "bytes": "3145728", "tiny": "100k",
	}
	for _, is := range []struct {
		what      string
		got, want any
	}{
		{"a count with blanks", p.Count("n", 7), 12},
		{"a count of nothing", p.Count("none", 7), 7},
		{"a count beyond 31 bits", p.Count("wide", 7), 7},
		{"an absent count", p.Count("absent", 7), 7},
		{"a fraction", p.Float("half", 1), 0.5},
		{"no number", p.Float("yes", 1), 1.0},
		{"a truth value", p.Bool("yes", false), true},
		{"a truth value that Spark refuses", p.Bool("one", false), false},
		{"a bare time in milliseconds", p.Duration("bare", time.Millisecond, 0), 3 * time.Millisecond},
		{"a bare time in seconds", p.Duration("bare", time.Second, 0), 3 * time.Second},
		{"a time with a unit", p.Duration("minute", time.Second, 0), time.Minute},
		{"no time", p.Duration("half", time.Second, time.Hour), time.Hour},
		{"a size", p.MiB("size", 1), int64(2048)},
		{"a bare size of MiB", p.MiB("bare", 1), int64(3)},
		{"a bare size of bytes", p.BytesToMiB("bytes", 1), int64(3)},
		{"less than a MiB", p.MiB("tiny", 1), int64(1)},
	} {
		if is.got != is.want {
			t.Errorf("%s: %v, want %v", is.what, is.got, is.want)
		}
	}
}

// Sizes have one unit, in any letter case; a bare number is in MiB.
func TestSizesAsSparkReadsThem(t *testing.T) {
	for text, want := range map[string]int64{
		"512m": 512, "4g": 4096, "4G": 4096, "2048": 2048, "1048576k": 1024, "1t": 1 << 20, "1gb": 1024, " 2g ": 2048,
		"": 0, "lots": 0, "-1g": 0, "*********(redacted)": 0, "99999999999999999999g": 0, "9999999999p": 0, "4mg": 0,
	} {
		if got := (spark.Properties{"size": text}).MiB("size", 0); got != want {
			t.Errorf("%q is %d MiB, want %d", text, got, want)
		}
	}
}

func TestVersions(t *testing.T) {
	for text, older := range map[string]bool{"2.4.8": true, "3.3.4": true, "3.4.0": false, "3.10.1": false, "4.0.0-preview2": false, "": false, "trunk": false} {
		if v := spark.ParseVersion(text); v.Before(3, 4) != older {
			t.Errorf("version %q: older than 3.4 is %t, want %t", text, !older, older)
		}
	}
	if v := spark.ParseVersion("4.1.0-SNAPSHOT"); !v.Known() || v.String() != "4.1" {
		t.Errorf("a snapshot of 4.1 is %s", v)
	}
	if spark.ParseVersion("4").Known() {
		t.Error("a version without a minor number is known")
	}
}

func TestMasters(t *testing.T) {
	type is struct{ local, standalone, yarn, kubernetes bool }
	for master, want := range map[spark.Master]is{
		"local": {local: true}, "local[*]": {local: true}, "local-cluster[2,1,1024]": {},
		"spark://host:7077": {standalone: true}, "yarn": {yarn: true}, "yarn-client": {yarn: true},
		"k8s://https://host": {kubernetes: true}, "": {},
	} {
		if got := (is{master.Local(), master.Standalone(), master.YARN(), master.Kubernetes()}); got != want {
			t.Errorf("master %q: %+v, want %+v", master, got, want)
		}
	}
}
