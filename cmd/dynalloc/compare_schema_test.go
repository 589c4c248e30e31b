package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What compare writes for programs has the published schema: of one run, of a fleet, with
// faults, with effects and without deadlines.
func TestComparisonsHaveTheirSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/schemas/dynalloc.compare-3.json")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string][]string{
		"one run":      {"../../bench/testdata/recordings/etl/ess10"},
		"a fleet":      {"--builtin", "fleet", "--policy", "recorded", "--policy", "static,n=2"},
		"a day":        {"--builtin", "day", "--policy", "recorded", "--policy", "static,n=4"},
		"effects":      {"--builtin", "fleet", "--policy", "recorded", "--policy", "static,n=2", "--effects"},
		"no deadlines": {"../../bench/testdata/recordings/reuse/ess3", "--sla", "none", "--policy", "recorded", "--policy", "static,n=1"},
	}
	for _, question := range slices.Sorted(maps.Keys(asked)) {
		var out, problems bytes.Buffer
		run(t.Context(), append([]string{"compare", "--quiet", "--format", "json"}, asked[question]...), &out, &problems)
		value, err := jsonschema.UnmarshalJSON(&out)
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%s: %v %s", question, err, problems.String())
		}
	}
	if err := schema.Validate(map[string]any{"schema": "dynalloc.compare/3"}); err == nil {
		t.Error("the schema allows anything")
	}
}

// Under every seed, what compare names as best in a sentence is best by its own table: where a
// difference to the other policy is not significant, the other one is named as well.
func TestCompareNamesNoWinnerWithoutSignificance(t *testing.T) {
	named := regexp.MustCompile(`Fewest ([^:]+): ([^.]*?) with ([^\n]*)`)
	alike := 0
	for seed := 1; seed <= 3; seed++ {
		for _, other := range []string{"static,n=40", "static,n=60", "static,n=4"} {
			ask := func(format string) string {
				var out, problems bytes.Buffer
				if status := run(t.Context(), []string{"compare", "--builtin", "day", "--seed", fmt.Sprint(seed), "--policy", "recorded", "--policy", other, "--quiet", "--format", format}, &out, &problems); status != statusDone {
					t.Fatalf("status %d: %s", status, problems.String())
				}
				return out.String()
			}
			var result struct {
				Significance []struct {
					Misses bool      `json:"more_misses_significant"`
					Cost   []float64 `json:"more_executor_time_interval"`
				}
			}
			if err := json.Unmarshal([]byte(ask("json")), &result); err != nil || len(result.Significance) != 1 {
				t.Fatal(err, result)
			}
			sure := map[string]bool{"SLA misses": result.Significance[0].Misses, "executor-hours": result.Significance[0].Cost[0] > 0 || result.Significance[0].Cost[1] < 0}
			text := strings.Join(strings.Fields(ask("text")), " ")
			for _, m := range named.FindAllStringSubmatch(strings.ReplaceAll(text, "Fewest", "\nFewest"), -1) {
				significant, known := sure[m[1]]
				both := strings.Contains(m[2], " and ") || strings.Contains(m[2], ", ") || strings.Contains(m[3], "Not significantly more: ")
				if known && !significant && !both {
					t.Errorf("seed %d, %s: not significant, and yet %q", seed, other, m[0])
				}
				alike += map[bool]int{true: 1}[known && !significant]
			}
		}
	}
	if alike == 0 {
		t.Error("every difference is significant, so that nothing was tested")
	}
}
