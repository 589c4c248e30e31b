package bench

import (
	"slices"

	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// RecordedIsDefault is the note that the policy "recorded" rests on Spark's defaults,
// because nothing says how applications were configured.
var RecordedIsDefault = note.Declare("recorded-is-a-default", "count", "total", "meaning")

// sizeProperties are the properties that say how many executors an application has.
var sizeProperties = []string{"spark.dynamicAllocation.enabled", "spark.executor.instances", "spark.cores.max"}

// unsaidNotes say what "recorded" means for applications that are not from logs and set
// none of sizeProperties, if that policy is compared.
func (s *Suite) unsaidNotes() []Note {
	var meaning []string
	count := 0
	for _, a := range s.Workload.Apps {
		i := slices.IndexFunc(s.Policies, func(f policies.Fleet) bool {
			spec, ok := f.For(a.Name, a.Class)
			return ok && spec.Recorded()
		})
		if i < 0 || saysSize(a) {
			continue
		}
		if spec, err := replay.SpecFor(s.Policies[i], a); err == nil {
			count++
			if text := spec.String(); !slices.Contains(meaning, text) {
				meaning = append(meaning, text)
			}
		}
	}
	if count == 0 {
		return nil
	}
	return []Note{RecordedIsDefault.With(count, len(s.Workload.Apps), meaning)}
}

// saysSize reports whether something says how many executors an application has.
func saysSize(a *traces.Application) bool {
	return a.LocalCores > 0 || a.Recorded != nil && len(a.Recorded.Executors) > 0 ||
		slices.ContainsFunc(sizeProperties, func(key string) bool { return a.Properties[key] != "" })
}
