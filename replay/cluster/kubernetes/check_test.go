package kubernetes

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"dynalloc/replay/cluster/manager"
)

// Each error names the field as it is written in the file.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ options, want string }{
		{"drivers: inside", "drivers: inside; expected one of pods, outside"},
		{"scoringStrategy: Random", "scoringStrategy: Random; expected one of LeastAllocated, MostAllocated"},
		{"{drivers: outside, gangScheduling: {}}", "drivers are outside the cluster"},
		{"clusterAutoscaler: {scan-interval: 10ms}", "clusterAutoscaler: scan-interval: 10ms; expected at least 1s"},
		{"clusterAutoscaler: {expander: price}", "expander: price; expected one of least-waste, most-pods"},
		{"namespaces: [{name: a}, {name: a}]", "namespaces: a is named twice"},
		{"priorityClasses: [{name: system-high}]", "names that begin with system- are Kubernetes' own"},
		{"priorityClasses: [{name: a, value: 2000000000}]", "value: 2000000000; expected -2147483648 to 1000000000"},
		{"priorityClasses: [{name: a, globalDefault: true}, {name: b, globalDefault: true}]", "a and b are both globalDefault"},
		{"applications: [{priorityClassName: a}]", "number 1: no class"},
		{"applications: [{class: x, nodePools: [gpu]}]", "no node belongs to pool gpu"},
		{"nodePools: [{name: pool, min: 2, max: 1}]", "min: 2 and max: 1; expected 0 <= min <= max"},
		{"nodePools: [{name: pool, max: 9}]", "max: 9, but the cluster lists 2 of its nodes"},
		{"nodePools: [{name: none}]", "the cluster has no node with this label"},
		{"nodePools: [{name: pool, spot: {meanLifetime: 1s}}]", "meanLifetime: 1s; expected at least a minute"},
		{"nodePools: [{name: pool, spot: {reclaims: [{node: 5, at: 1m}]}}]", "reclaims: node: 5; expected 0 to 1"},
		{"clusterQueues: [{name: q}]", "clusterQueues: q: no namespaces"},
		{"clusterQueues: [{name: q, namespaces: [a]}, {name: r, namespaces: [a]}]", "namespace a belongs to q already"},
		{"clusterQueues: [{name: q, namespaces: [a], cpu: {nominalQuota: 1, borrowingLimit: 1}}]", "expected cohortName"},
		{"clusterQueues: [{name: q, namespaces: [a], preemption: {reclaimWithinCohort: Always}}]", "Always; expected one of Never, LowerPriority, Any"},
		{"{drivers: outside, clusterQueues: [{name: q, namespaces: [a], admission: application}]}", "expected drivers: pods"},
	} {
		var o Options
		if err := yaml.UnmarshalWithOptions([]byte(c.options), &o, yaml.Strict()); err != nil {
			t.Fatal(c.options, err)
		}
		node := manager.Node{Resources: manager.Resources{Cores: 4, MemoryMB: 8192}}
		pool := node
		pool.Label = "pool"
		_, err := New(o, []manager.Node{node, pool, pool}, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.options, err, c.want)
		}
	}
}

func TestDriversNeedANodeThatIsNotSpot(t *testing.T) {
	o := Options{NodePools: []NodePool{{Name: "pool", Spot: &Spot{}}}}
	spot := []manager.Node{{Label: "pool", Resources: manager.Resources{Cores: 4, MemoryMB: 8192}}}
	if _, err := New(o, spot, 1); err == nil || !strings.Contains(err.Error(), "drivers are not placed on those") {
		t.Errorf("got %v", err)
	}
	o.Drivers = driversOutside
	if _, err := New(o, spot, 1); err != nil {
		t.Error(err)
	}
}

func TestAmounts(t *testing.T) {
	for text, want := range map[string]CPU{"2": 2000, "500m": 500, "0.1": 100, "1.5": 1500} {
		var c CPU
		if err := c.UnmarshalText([]byte(text)); err != nil || c != want {
			t.Errorf("%s: got %d, %v; want %d", text, c, err, want)
		}
	}
	for text, want := range map[string]Memory{"36Gi": 36864, "512Mi": 512, "1G": 953, "1Ti": 1 << 20, "2097152": 2} {
		var m Memory
		if err := m.UnmarshalText([]byte(text)); err != nil || m != want {
			t.Errorf("%s: got %d, %v; want %d", text, m, err, want)
		}
	}
	for _, text := range []string{"", "x", "-1", "1x", "1e30", "NaN"} {
		var c CPU
		var m Memory
		if c.UnmarshalText([]byte(text)) == nil || m.UnmarshalText([]byte(text)) == nil {
			t.Errorf("%q is taken for an amount", text)
		}
	}
}
