package bench

import (
	"fmt"
	"testing"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// Four logs of dynamic allocation: two protect shuffle files in no way that is known, of
// which one set a shuffle manager that nobody knows. What is taken for both is said.
func TestWhatKeepsShuffleFilesIsSaid(t *testing.T) {
	app := func(settings ...string) *traces.Application {
		p := spark.Properties{"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.shuffleTracking.enabled": "false"}
		for i := 0; i < len(settings); i += 2 {
			p[settings[i]] = settings[i+1]
		}
		return &traces.Application{SparkVersion: "3.5.1", Properties: p, Recorded: &traces.Recorded{}}
	}
	apps := []*traces.Application{
		app(spark.ShuffleManager, "com.acme.CoolShuffleManager"),
		app(spark.ShuffleManager, "com.nvidia.spark.rapids.spark350.RapidsShuffleManager"),
		app(spark.ShuffleManager, "org.apache.spark.shuffle.RssShuffleManager"),
		app("spark.shuffle.service.enabled", "true"),
	}
	want := "[shuffle-concluded-remote count=1 of=4 managers=[com.acme.CoolShuffleManager] shuffle-unprotected-as-recorded count=1 of=4]"
	if got := fmt.Sprint(ShuffleNotes(apps)); got != want {
		t.Errorf("notes %s\nwant  %s", got, want)
	}
}
