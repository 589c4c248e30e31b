package eventlog

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dynalloc/internal/spark"
	"dynalloc/traces"
	"dynalloc/traces/eventlog/slots"
)

// buildProfiles makes the resource profiles. The default profile comes first and is
// what the properties say; the log has the others, from Spark 3.1 on.
func (a *assembler) buildProfiles(app *traces.Application) {
	standard := a.defaultProfile()
	standard.Limit = a.limitSet()
	app.Profiles = []traces.Profile{standard}
	for i := range a.profiles {
		e := &a.profiles[i]
		if e.ID == 0 {
			app.Profiles[0].Limit = limit(e)
			continue
		}
		heap := cmp.Or(amount(e.Executor["memory"].Amount), standard.MemoryMB)
		app.Profiles = append(app.Profiles, traces.Profile{
			ID: int(e.ID), Limit: limit(e),
			Cores:    cmp.Or(int(amount(e.Executor["cores"].Amount)), standard.Cores),
			TaskCPUs: max(1, int(amount(math.Ceil(e.Task["cpus"].Amount)))),
			MemoryMB: heap,
			OverheadMB: a.properties.ExecutorOverheadMB(spark.ParseVersion(a.version), heap,
				amount(e.Executor["memoryOverhead"].Amount)),
		})
	}
	slices.SortFunc(app.Profiles, func(x, y traces.Profile) int { return x.ID - y.ID })
}

// implyDynamicAllocation sets the property where the log does not have it and an
// executor has a resource profile of its own: without dynamic allocation Spark refuses
// such profiles (ResourceProfileManager.isSupported). Without a shuffle service Spark
// then needs shuffle tracking.
func (a *assembler) implyDynamicAllocation() {
	const enabled, service = "spark.dynamicAllocation.enabled", "spark.shuffle.service.enabled"
	_, known := a.properties[enabled]
	if known || !slices.ContainsFunc(a.executors, func(x *executorLog) bool { return x.profile != 0 }) {
		return
	}
	implied := spark.Properties{}
	maps.Copy(implied, a.properties)
	implied[enabled] = "true"
	if !implied.Bool(service, false) {
		implied["spark.dynamicAllocation.shuffleTracking.enabled"] = "true"
	}
	a.properties = implied
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

// usualCores is the number of cores that most executors had, 0 if there were none.
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

// raiseCores gives executors that certainly ran more tasks at one time than their cores
// allow as many cores as these tasks need, and their profile, if that is true of most of its
// executors that ran tasks: what the log calls their cores is wrong. A task certainly ran
// where the work that its executor measured (Executor Run Time and the times beside it) lies
// wherever it began: a task can be launched some milliseconds before the driver notes the end
// of the one before.
func (a *assembler) raiseCores(app *traces.Application) {
	if a.local() {
		return // its tasks say how many cores it has
	}
	most := a.mostAtOnce(func(x *executorLog) bool {
		return slices.ContainsFunc(app.Profiles, func(p traces.Profile) bool { return x.profile == p.ID && x.busy.Most()*p.TaskCPUs > x.cores })
	})
	raised, atOnce, cores := 0, 0, 0
	for i := range app.Profiles {
		p := &app.Profiles[i]
		of, wrong, needed := 0, 0, 0 // executors of the profile
		for k, x := range a.executors {
			if x.profile != p.ID || x.cores == 0 || x.firstTask == 0 {
				continue
			}
			of++
			if most[k]*p.TaskCPUs <= x.cores {
				continue
			}
			if wrong++; atOnce < most[k] {
				atOnce, cores = most[k], x.cores
			}
			x.cores = most[k] * p.TaskCPUs
			needed = max(needed, x.cores)
		}
		if raised += wrong; p.Cores > 0 && 2*wrong > of {
			p.Cores = max(p.Cores, needed)
		}
	}
	if raised > 0 {
		a.concluded = []traces.Note{coresRaised.With(raised, atOnce, cores)}
	}
}

// mostAtOnce is how many tasks surely ran at one time on each executor that is suspected to
// have run too many, else 1: what the driver had not noted yet does not count.
func (a *assembler) mostAtOnce(suspected func(*executorLog) bool) []int {
	const atATime = 1 << 20 // tasks, of some executors
	most := make([]int, len(a.executors))
	levels := make([]*slots.Levels, len(a.executors))
	tasks := 0
	count := func() {
		if tasks == 0 {
			return
		}
		for _, s := range a.stages.All() {
			s.runs.each(func(r *taskRun) {
				work := int64(r.Run) + int64(r.Deserialize) + int64(r.Result)
				if l := levels[r.executor]; l != nil && r.measured && work <= r.finish-r.launch {
					l.Ran(r.finish-work, r.launch+work)
				}
			})
		}
		for k, l := range levels {
			if l != nil {
				most[k], _ = l.Count()
			}
		}
		clear(levels)
		tasks = 0
	}
	for k, x := range a.executors {
		if most[k] = 1; x.cores == 0 || !suspected(x) {
			continue
		}
		levels[k] = &slots.Levels{}
		if tasks += x.busy.Tasks(); tasks > atATime {
			count()
		}
	}
	count()
	return most
}

// limitSet is the limit of the default profile by the properties: before Spark 3.1 the log
// has no profile that says it.
func (a *assembler) limitSet() int {
	const task, executor, amount = "spark.task.resource.", "spark.executor.resource.", ".amount"
	e := resourceProfileAdded{Executor: map[string]resourceRequest{}, Task: map[string]resourceRequest{}}
	for key := range a.properties {
		name, ok := strings.CutSuffix(strings.TrimPrefix(key, task), amount)
		if !ok || !strings.HasPrefix(key, task) {
			continue
		}
		e.Task[name] = resourceRequest{Amount: number(a.properties[key])}
		e.Executor[name] = resourceRequest{Amount: number(a.properties[executor+name+amount])}
	}
	return limit(&e)
}

// number is the value of a property, 0 if it is none.
func number(text string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return f
}

// limit is how many tasks can share the custom resources of an executor, such as
// GPUs; 0 if the profile has none.
func limit(e *resourceProfileAdded) int {
	least := 0
	for _, name := range slices.Sorted(maps.Keys(e.Task)) {
		need := e.Task[name].Amount
		if name == "cpus" || !(need > 0) {
			continue
		}
		if room := int(amount(e.Executor[name].Amount / need)); room > 0 && (least == 0 || room < least) {
			least = room
		}
	}
	return least
}

// amount brings the amount of a resource to a whole number in Spark's range.
func amount(f float64) int64 {
	if !(f > 0) { // also NaN
		return 0
	}
	return int64(min(f, traces.MaxID))
}
