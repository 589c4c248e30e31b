package bench

import "dynalloc/traces"

// Partners pairs the applications of two workloads that have the same key. It returns
// for each application of to the index of its partner in from, -1 if it has none. If
// several have the same key, the first is paired with the first, and so on.
func Partners[K comparable](from, to *traces.Workload, key func(*traces.Application) K) []int {
	free := map[K][]int{}
	for i, a := range from.Apps {
		free[key(a)] = append(free[key(a)], i)
	}
	partner := make([]int, len(to.Apps))
	for i, a := range to.Apps {
		partner[i] = -1
		if same := free[key(a)]; len(same) > 0 {
			partner[i], free[key(a)] = same[0], same[1:]
		}
	}
	return partner
}

// AppName is the key of Partners for different runs of the same applications.
func AppName(a *traces.Application) string { return a.Name }
