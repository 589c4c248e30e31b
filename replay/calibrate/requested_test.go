package calibrate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// An application requested two executors at 1 s and two more at 3 s; the last
// registered without the time of its request, which Spark sometimes loses. Where no
// request is known, a static application requested when it started, and the time of
// a dynamic one's request is not known.
func TestStartUpTimesAreInOrderOfRequest(t *testing.T) {
	s := time.Second
	app := func(dynamic string, executors ...traces.RecordedExecutor) *traces.Application {
		return &traces.Application{
			Properties: map[string]string{"spark.dynamicAllocation.enabled": dynamic},
			Recorded:   &traces.Recorded{Executors: executors},
		}
	}
	for _, c := range []struct {
		name string
		app  *traces.Application
		want []latency.GivenStartup
	}{
		{"dynamic", app("true",
			traces.RecordedExecutor{ID: "1", Requested: 1 * s, Added: 4 * s},
			traces.RecordedExecutor{ID: "3", Requested: 3 * s, Added: 5 * s},
			traces.RecordedExecutor{ID: "0", Requested: 1 * s, Added: 6 * s},
			traces.RecordedExecutor{ID: "2", Requested: -1, Added: 9 * s},
		), []latency.GivenStartup{{Took: 3 * s}, {Took: 5 * s}, {Took: 2 * s}, {Took: 6 * s}}},
		{"static, driver set up after 1 s", app("false",
			traces.RecordedExecutor{ID: "0", Requested: -1, Added: 4 * s},
			traces.RecordedExecutor{ID: "1", Requested: -1, Added: 5 * s},
		), []latency.GivenStartup{{Took: 3 * s}, {Took: 4 * s}}},
		{"dynamic, of a Spark that logs no requests", app("true",
			traces.RecordedExecutor{ID: "0", Requested: -1, Added: 4 * s},
			traces.RecordedExecutor{ID: "1", Requested: -1, Added: 7 * s},
		), []latency.GivenStartup{{Took: 4 * s, FromStart: true}, {Took: 7 * s, FromStart: true}}},
	} {
		if diff := cmp.Diff(c.want, RequestedStartups(c.app, s)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}
