package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
)

// Advise, tune and compare are asked about ten folders. Advise and tune set the same. What
// advise sets costs less in compare, too, if its interval says that it saves, and misses no
// more than the interval says.
func TestCommandsDoNotContradictEachOther(t *testing.T) {
	const recordings = "../../bench/testdata/recordings/"
	folders := [][]string{{"--builtin", "fleet"}}
	for _, name := range []string{"etl/ess10", "etl/static8", "bursty/static4", "bursty/ess60", "cache/static4", "fanout/ess10", "reuse/track10", "tpch/static1", "concurrent"} {
		folders = append(folders, []string{recordings + name})
	}
	ask := func(into any, args ...string) {
		t.Helper()
		var out, problems bytes.Buffer
		if status := run(t.Context(), args, &out, &problems); status != statusDone && status != statusPartly {
			t.Fatalf("%v: status %d: %s", args, status, problems.String())
		}
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	type fleet struct {
		Fleet    string
		Interval []float64 `json:"saved_share_interval"`
		Misses   float64
		Rate     []float64 `json:"miss_rate_interval"`
		Of       float64
	}
	for _, folder := range folders {
		for _, prefer := range []string{"safe", "cheap"} {
			var advice, tuned struct {
				Safe, Cheap fleet
				Cluster     struct{ Spec string }
			}
			asked := append(slices.Clone(folder), "--budget", "120", "--prefer", prefer, "--format", "json", "--quiet")
			ask(&advice, append([]string{"advise"}, asked...)...)
			ask(&tuned, append([]string{"tune"}, asked...)...)
			if fmt.Sprint(advice) != fmt.Sprint(tuned) {
				t.Errorf("%s, %s: advise and tune differ:\n%+v\n%+v", folder, prefer, advice, tuned)
			}
			set := advice.Safe
			if prefer == "cheap" {
				set = advice.Cheap
			}
			var compared outcome
			ask(&compared, append(append([]string{"compare"}, folder...), "--policy", "recorded", "--policy", "set:"+set.Fleet+";*=recorded", "--cluster", advice.Cluster.Spec, "--format", "json", "--quiet")...)
			var hours, misses []float64
			for _, row := range compared.Rows {
				if row.Source == "replay" && row.Class == nil {
					hours, misses = append(hours, *row.Values["executor_hours_held"]), append(misses, *row.Values["sla_misses"])
				}
			}
			if len(hours) != 2 {
				t.Errorf("%s: compare has %d rows", folder, len(hours))
				continue
			}
			if saved := 1 - hours[1]/hours[0]; set.Interval[0] > 0 && saved < 0 {
				t.Errorf("%s, %s: advise saves at least %.1f %%, and compare says %.1f %% for %s", folder, prefer, 100*set.Interval[0], 100*saved, set.Fleet)
			}
			if most := math.Ceil(set.Rate[1] * set.Of); misses[1] > most {
				t.Errorf("%s, %s: advise misses up to %g, and compare %g with %s", folder, prefer, most, misses[1], set.Fleet)
			}
		}
	}
}
