package bench

import (
	"fmt"

	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// Fleets parses fleets. An error names the text that is wrong.
func Fleets(texts []string) ([]policies.Fleet, error) {
	fleets := make([]policies.Fleet, len(texts))
	for i, text := range texts {
		f, err := policies.ParseFleet(text)
		if err != nil {
			return nil, err
		}
		fleets[i] = f
	}
	return fleets, nil
}

// RecordedFleet gives each application the settings that its log shows.
func RecordedFleet() policies.Fleet {
	return policies.FleetOf("recorded", policies.Recorded())
}

// AsRecorded is the fleet with one rule for each application: its name, and the
// settings that its log shows.
func AsRecorded(name string, w *traces.Workload) (policies.Fleet, error) {
	recorded := RecordedFleet()
	f := policies.Fleet{Name: name}
	for _, a := range w.Apps {
		s, err := replay.SpecFor(recorded, a)
		if err != nil {
			return f, fmt.Errorf("recording %s, %s: %w", name, a.Name, err)
		}
		f.Rules = append(f.Rules, policies.Rule{Pattern: a.Name, Spec: s})
	}
	return f, nil
}
