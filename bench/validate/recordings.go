package validate

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"dynalloc/traces"
)

// Recordings divides applications into recordings: those that shared a cluster are
// one. Applications below a folder are one recording if at any time from the first
// start to the last end at least one of them runs. If all have the same name and
// each has a folder of its own, they are repeats that ran on several clusters at
// the same time, and each is a recording. A recording is named after its folder,
// or after its log if the folder has others.
func Recordings(apps []*traces.Application) []*traces.Workload {
	var found []*traces.Workload
	var visit func(folder string, apps []*traces.Application)
	visit = func(folder string, apps []*traces.Application) {
		below := map[string][]*traces.Application{} // by the next element of the path
		for _, a := range apps {
			rest := strings.TrimPrefix(strings.TrimPrefix(a.Path, folder), "/")
			first, _, deeper := strings.Cut(rest, "/")
			if !deeper {
				first = ""
			}
			below[first] = append(below[first], a)
		}
		direct := below[""]
		if unbroken(apps) && (len(direct) == len(apps) || !oneName(apps)) {
			found = append(found, traces.Arrange(folder, apps))
			return
		}
		delete(below, "")
		for _, part := range slices.Sorted(maps.Keys(below)) {
			visit(path.Join(folder, part), below[part])
		}
		for _, chain := range chains(direct) {
			found = append(found, traces.Arrange(chain[0].Path, chain))
		}
	}
	visit(commonFolder(apps), apps)
	slices.SortStableFunc(found, func(x, y *traces.Workload) int { return cmp.Compare(x.Name, y.Name) })
	return found
}

func oneName(apps []*traces.Application) bool {
	for _, a := range apps {
		if a.Name != apps[0].Name {
			return false
		}
	}
	return len(apps) > 1
}

// unbroken reports whether applications make a single chain.
func unbroken(apps []*traces.Application) bool { return len(chains(apps)) == 1 }

// chains groups applications whose times overlap, directly or through others.
func chains(apps []*traces.Application) [][]*traces.Application {
	apps = slices.Clone(apps)
	slices.SortStableFunc(apps, func(x, y *traces.Application) int { return x.Started.Compare(y.Started) })
	var found [][]*traces.Application
	var until time.Time
	for _, a := range apps {
		if n := len(found); n > 0 && a.Started.Before(until) {
			found[n-1] = append(found[n-1], a)
		} else {
			found = append(found, []*traces.Application{a})
		}
		if end := a.Started.Add(a.EarlierAttempts + a.Recorded.End); end.After(until) {
			until = end
		}
	}
	return found
}

// commonFolder is the deepest folder that holds the logs of all applications.
func commonFolder(apps []*traces.Application) string {
	if len(apps) == 0 {
		return ""
	}
	folder := path.Dir(apps[0].Path)
	for _, a := range apps {
		for folder != "." && folder != "/" && !strings.HasPrefix(a.Path, folder+"/") {
			folder = path.Dir(folder)
		}
	}
	if folder == "." {
		return ""
	}
	return folder
}

// ByWorkload groups recordings that are of the same work, in order of their
// first: the names of their applications and how many jobs each ran are equal.
func ByWorkload(recordings []*traces.Workload) [][]*traces.Workload {
	return groupBy(recordings, sameWork)
}

// ByConfiguration groups recordings of one workload that are repeats, in order of
// their first: the Spark version and the properties that decide how an
// application is scheduled are equal.
func ByConfiguration(group []*traces.Workload) [][]*traces.Workload {
	return groupBy(group, sameConfiguration)
}

// groupBy groups recordings by a key, in order of their first.
func groupBy(recordings []*traces.Workload, key func(*traces.Workload) string) [][]*traces.Workload {
	var groups [][]*traces.Workload
	index := map[string]int{}
	for _, r := range recordings {
		k := key(r)
		i, known := index[k]
		if !known {
			i = len(groups)
			index[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// sameWork is the key of ByWorkload.
func sameWork(w *traces.Workload) string {
	var names []string
	for _, a := range w.Apps {
		names = append(names, fmt.Sprintf("%s\x00%d", a.Name, len(a.Jobs)))
	}
	slices.Sort(names)
	return strings.Join(names, "\x01")
}

// decisive are the prefixes of the Spark properties that change how an application
// is scheduled. Others name hosts, folders and so on.
var decisive = []string{
	"spark.cores.max", "spark.decommission.", "spark.default.parallelism", "spark.dynamicAllocation.", "spark.excludeOnFailure.",
	"spark.executor.cores", "spark.executor.instances", "spark.executor.memory", "spark.locality.", "spark.scheduler.",
	"spark.shuffle.", "spark.speculation", "spark.sql.adaptive.", "spark.sql.shuffle.", "spark.stage.", "spark.storage.", "spark.task.",
}

// sameConfiguration is the key of ByConfiguration.
func sameConfiguration(w *traces.Workload) string {
	var lines []string
	for _, a := range w.Apps {
		line := []string{a.Name, a.SparkVersion}
		for _, key := range slices.Sorted(maps.Keys(a.Properties)) {
			if slices.ContainsFunc(decisive, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
				line = append(line, key+"="+a.Properties[key])
			}
		}
		lines = append(lines, strings.Join(line, "\x00"))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\x01")
}
