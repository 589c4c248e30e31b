package eventlog

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"dynalloc/internal/spark"
	"dynalloc/traces"
)

// buildProfiles makes the resource profiles: of the log's own from Spark 3.1,
// of the properties before. The default profile comes first.
func (a *assembler) buildProfiles(app *traces.Application) {
	app.Profiles = []traces.Profile{a.defaultProfile()}
	for i := range a.profiles {
		e := &a.profiles[i]
		p := traces.Profile{ID: int(e.ID), TaskCPUs: 1}
		if e.ID == 0 {
			p = app.Profiles[0]
		} else {
			p.Cores = int(amount(e.Executor["cores"].Amount))
			p.MemoryMB = cmp.Or(amount(e.Executor["memory"].Amount), app.Profiles[0].MemoryMB)
			p.TaskCPUs = max(1, int(amount(math.Ceil(e.Task["cpus"].Amount))))
			p.OverheadMB = a.properties.ExecutorOverheadMB(spark.ParseVersion(a.version), p.MemoryMB, amount(e.Executor["memoryOverhead"].Amount))
			if p.Cores == 0 {
				p.Cores = app.Profiles[0].Cores
			}
		}
		p.Limit = limit(e)
		if e.ID == 0 {
			app.Profiles[0] = p
		} else {
			app.Profiles = append(app.Profiles, p)
		}
	}
	slices.SortFunc(app.Profiles, func(x, y traces.Profile) int { return x.ID - y.ID })
}

// defaultProfile is what the properties say. Executor cores that they do not set
// are those that most executors had, except on a standalone cluster, where they
// stay unset: there an executor takes a whole worker, whatever its size. A heap
// that they do not set may stand in the log's own default profile.
func (a *assembler) defaultProfile() traces.Profile {
	heap := int64(spark.DefaultHeapMB)
	if i := slices.IndexFunc(a.profiles, func(e resourceProfileAdded) bool { return e.ID == 0 }); i >= 0 {
		heap = cmp.Or(amount(a.profiles[i].Executor["memory"].Amount), heap)
	}
	x := spark.ExecutorSizeOf(a.properties, spark.ParseVersion(a.version), heap)
	if x.Cores == 0 && !spark.Master(a.properties["spark.master"]).Standalone() {
		x.Cores = cmp.Or(a.usualCores(), 1)
	}
	return traces.Profile{Cores: x.Cores, TaskCPUs: x.TaskCPUs, MemoryMB: x.HeapMB, OverheadMB: x.OverheadMB}
}

// usualCores is the size that most executors had, 0 if there were none.
func (a *assembler) usualCores() int {
	count := map[int]int{}
	for _, x := range a.executors {
		if x.hasAdded && !isDriver(x.id) {
			count[x.cores]++
		}
	}
	usual := 0
	for _, cores := range slices.Sorted(maps.Keys(count)) {
		if count[cores] > count[usual] {
			usual = cores
		}
	}
	return usual
}

// limit is how many tasks the custom resources of an executor have room for, 0
// if it has none.
func limit(e *resourceProfileAdded) int {
	least := 0
	for _, name := range slices.Sorted(maps.Keys(e.Task)) {
		need := e.Task[name].Amount
		if name == "cpus" || !(need > 0) {
			continue
		}
		has := e.Executor[name].Amount
		if room := int(amount(has / need)); room > 0 && (least == 0 || room < least) {
			least = room
		}
	}
	return least
}

// slots is how many tasks an executor runs at one time, as far as the log has
// said when it is asked; at least 1.
func (a *assembler) slots(x *executorLog) int {
	cores := cmp.Or(x.cores, a.properties.Count("spark.executor.cores", 0))
	return min(max(1, cores/a.properties.Count("spark.task.cpus", 1)), maxSlots)
}

// maxSlots bounds what one executor of a damaged log may make us hold.
const maxSlots = 1024

// amount is an amount of a resource as a whole number, at most what Spark
// counts with.
func amount(f float64) int64 {
	if !(f > 0) {
		return 0
	}
	return int64(min(f, traces.MaxID))
}
