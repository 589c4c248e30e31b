package eventlog

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"dynalloc/traces"
)

// Memory of an executor beside its heap, of which Spark asks the cluster
// manager for max(factor x heap, minimum) unless told otherwise
// (spark.executor.memoryOverheadFactor and minMemoryOverhead).
const (
	overheadFactor = 0.1
	minOverheadMB  = 384
)

// defaultMemoryMB is the heap where nothing is set (spark.executor.memory, 1g).
const defaultMemoryMB = 1024

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
			p.OverheadMB = a.overhead(p.MemoryMB, amount(e.Executor["memoryOverhead"].Amount))
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

// defaultProfile is what the properties say, and for executor cores that they
// do not say, what the executors had. Cores stay unset on standalone clusters:
// there an executor takes a whole worker, whatever its size.
func (a *assembler) defaultProfile() traces.Profile {
	p := traces.Profile{Cores: a.number("spark.executor.cores"), TaskCPUs: max(1, a.number("spark.task.cpus"))}
	if p.Cores == 0 && !strings.HasPrefix(a.properties["spark.master"], "spark://") {
		p.Cores = cmp.Or(a.usualCores(), 1)
	}
	p.MemoryMB = megabytes(a.properties["spark.executor.memory"])
	if p.MemoryMB == 0 {
		p.MemoryMB = a.profileMemory()
	}
	overhead := cmp.Or(a.properties["spark.executor.memoryOverhead"],
		a.properties["spark.yarn.executor.memoryOverhead"]) // before 2.3
	p.OverheadMB = a.overhead(p.MemoryMB, megabytes(overhead))
	return p
}

// profileMemory is the heap that the log's default profile names.
func (a *assembler) profileMemory() int64 {
	for i := range a.profiles {
		if e := &a.profiles[i]; e.ID == 0 {
			return cmp.Or(amount(e.Executor["memory"].Amount), defaultMemoryMB)
		}
	}
	return defaultMemoryMB
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

// overhead is the memory beside a heap, in MiB: what was set, else Spark's
// rule, and off-heap and Python memory on top.
func (a *assembler) overhead(heapMB, setMB int64) int64 {
	mb := setMB
	if mb == 0 {
		factor := overheadFactor
		for _, key := range []string{"spark.executor.memoryOverheadFactor", "spark.kubernetes.memoryOverheadFactor"} {
			if f, err := strconv.ParseFloat(a.properties[key], 64); err == nil && f > 0 && f < 100 {
				factor = f
				break
			}
		}
		mb = max(int64(factor*float64(heapMB)), minOverheadMB)
	}
	if a.properties["spark.memory.offHeap.enabled"] == "true" {
		mb += bytesToMB(a.properties["spark.memory.offHeap.size"])
	}
	return min(mb+megabytes(a.properties["spark.executor.pyspark.memory"]), maxMemoryMB)
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
	cores := x.cores
	if cores == 0 {
		cores = a.number("spark.executor.cores")
	}
	return min(max(1, cores/max(1, a.number("spark.task.cpus"))), maxSlots)
}

// maxSlots bounds what one executor of a damaged log may make us hold.
const maxSlots = 1024

// number is a property that is a count, 0 if it is unset or none.
func (a *assembler) number(key string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(a.properties[key]), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return int(n)
}

// amount is an amount of a resource as a whole number, at most what Spark
// counts with.
func amount(f float64) int64 {
	if !(f > 0) {
		return 0
	}
	return int64(min(f, traces.MaxID))
}

// maxMemoryMB is an exabyte: sizes beyond it are mistakes.
const maxMemoryMB = 1 << 40

// megabytes reads a size as Spark's memory properties have it: "512m", "4g", a
// bare number in MiB. 0 is unset, or not a size.
func megabytes(s string) int64 { return size(s, 1<<20) >> 20 }

// bytesToMB reads a size whose bare number is bytes, in MiB.
func bytesToMB(s string) int64 { return size(s, 1) >> 20 }

// size reads a size in bytes (JavaUtils.byteStringAs).
func size(s string, bare int64) int64 {
	s = strings.ToLower(strings.TrimSpace(s))
	digits := strings.TrimRight(s, "bkmgtp")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	unit := bare
	switch strings.TrimSuffix(s[len(digits):], "b") {
	case "k":
		unit = 1 << 10
	case "m":
		unit = 1 << 20
	case "g":
		unit = 1 << 30
	case "t":
		unit = 1 << 40
	case "p":
		unit = 1 << 50
	case "":
		if strings.HasSuffix(s, "b") {
			unit = 1
		}
	default:
		return 0
	}
	if n > (maxMemoryMB<<20)/unit {
		return 0
	}
	return n * unit
}
