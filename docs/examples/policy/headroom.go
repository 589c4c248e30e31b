package main

import (
	"fmt"
	"strconv"

	"dynalloc/policies"
)

// kind is the row of the policy: its name and settings, how it is made, and how a
// search changes it.
var kind = policies.Kind{
	Name: "headroom",
	Doc:  "As many executors as the tasks can use, and spare ones for the next stage.",
	Settings: append([]policies.Setting{
		{Key: "spare", Default: 2, Doc: "executors beyond those that the tasks can use (default 2)"},
	}, policies.DynamicSettings()...),
	Defaults: policies.DynamicDefaults(),
	New: func(s policies.Spec, env policies.Env) policies.Policy {
		return policies.NewSized(s, env, headroom{spare: policies.Value[int](s, "spare")})
	},
	Check: func(s policies.Spec) error {
		if n := policies.Value[int](s, "spare"); n < 0 {
			return fmt.Errorf("spare is %d: it must not be negative", n)
		}
		return nil
	},
	Search: policies.Search{Neighbors: neighbors},
}

// headroom decides the number of executors of one application.
type headroom struct{ spare int }

// Size implements policies.Sizer. Without tasks it wants none, so that an idle
// application gives everything back after its idle timeout.
func (h headroom) Size(v *policies.View) int {
	if v.Needed == 0 {
		return 0
	}
	return v.Needed + h.spare
}

// neighbors are one spare executor more and one less.
func neighbors(s policies.Spec, _ policies.Space) []policies.Spec {
	var list []policies.Spec
	for _, n := range []int{policies.Value[int](s, "spare") - 1, policies.Value[int](s, "spare") + 1} {
		if next, err := s.Set("spare", strconv.Itoa(n)); err == nil {
			list = append(list, next)
		}
	}
	return list
}
