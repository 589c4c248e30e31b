package replay

import (
	"strings"
	"testing"

	"dynalloc/policies"
	"dynalloc/replay/cluster"
	"dynalloc/replay/settings"
	"dynalloc/traces"
)

// The settings of dynamic allocation in a log do not hold under another policy: the
// allocator of pods reads those of the policy.
func TestTheManagerReadsThePolicysSettings(t *testing.T) {
	app := &traces.Application{Properties: map[string]string{
		"spark.dynamicAllocation.executorIdleTimeout": "600s", "spark.kubernetes.namespace": "etl",
	}}
	spec, err := policies.Parse("spark,idle=7s,shuffle=tracking")
	if err != nil {
		t.Fatal(err)
	}
	c := cluster.Uniform(1, 4, 8<<10)
	c.Manager = "kubernetes"
	var described settings.App
	if err := described.Describe(&c, policies.FleetOf("seven", spec), app); err != nil {
		t.Fatal(err)
	}
	read := described.Properties
	if read["spark.dynamicAllocation.executorIdleTimeout"] != "7s" || read["spark.kubernetes.namespace"] != "etl" {
		t.Errorf("the manager reads %v", read)
	}
}

// An application that used the shuffle service where it ran is set up for a
// cluster that has none, with shuffle tracking; a policy that asks for it is refused.
func TestNoShuffleServiceOnKubernetes(t *testing.T) {
	app := &traces.Application{Name: "etl", SparkVersion: "3.5.1", Properties: map[string]string{
		"spark.dynamicAllocation.enabled": "true", "spark.shuffle.service.enabled": "true",
	}}
	c := cluster.Uniform(1, 4, 8<<10)
	c.Manager = "kubernetes"
	recorded, err := policies.ParseFleet("recorded")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := settings.On(&c, recorded, app)
	if err != nil || spec.Protection.Service || !spec.Protection.Tracking {
		t.Errorf("as recorded: %v, %v", spec, err)
	}
	asked, err := policies.ParseFleet("spark")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := settings.On(&c, asked, app); err == nil || !strings.Contains(err.Error(), "no external shuffle service on Kubernetes") {
		t.Errorf("asked for: %v", err)
	}
	if c.Refuses(asked) == nil || c.Refuses(recorded) != nil {
		t.Error("it refuses the wrong fleet")
	}
}
