package spark

import "cmp"

// Defaults of Spark for the heap of drivers and executors, and the least
// memory beside a heap, in MiB (spark.driver.memory, spark.executor.memory;
// ResourceProfile.MEMORY_OVERHEAD_MIN_MIB).
const (
	DefaultHeapMB = 1024
	minOverheadMB = 384
)

// overheadFactor is the memory beside a heap, as a part of the heap
// (spark.driver.memoryOverheadFactor, spark.executor.memoryOverheadFactor).
const overheadFactor = 0.1

// OverheadMB is the memory in MiB that Spark asks for beside a heap if nothing
// is set: a tenth of the heap, at least 384 MiB.
func OverheadMB(heapMB int64) int64 { return max(heapMB/10, minOverheadMB) }

// A DriverSize is what a driver, or an application master of YARN, takes.
type DriverSize struct {
	Cores      int
	HeapMB     int64 // MiB
	OverheadMB int64 // beside the heap, MiB
}

// MemoryMB is the size in MiB of the container that holds the driver.
func (d DriverSize) MemoryMB() int64 { return d.HeapMB + d.OverheadMB }

// An OverheadRule is what a cluster manager adds to Spark's common rule for the
// memory beside a driver's heap. The zero value adds nothing.
type OverheadRule struct {
	Factor string  // a property that sets the factor, if Spark's common one does not
	NonJVM float64 // the factor for Python and R, whose own processes live outside the heap; 0: as for the JVM
}

// Kubernetes is the rule of Spark on Kubernetes
// (org.apache.spark.deploy.k8s.features.BasicDriverFeatureStep).
var Kubernetes = OverheadRule{Factor: "spark.kubernetes.memoryOverheadFactor", NonJVM: 0.4}

// OverheadRule is the rule of the cluster manager that a log names.
func (m Master) OverheadRule() OverheadRule {
	if m.Kubernetes() {
		return Kubernetes
	}
	return OverheadRule{}
}

// DriverSize returns the size of an application's driver: one core and 1 GiB of
// heap unless the application says otherwise.
func (r OverheadRule) DriverSize(p Properties, v Version) DriverSize {
	d := DriverSize{Cores: p.Count("spark.driver.cores", 1), HeapMB: p.MiB("spark.driver.memory", DefaultHeapMB)}
	factor := overheadFactor
	if r.NonJVM > 0 && p.nonJVM() {
		factor = r.NonJVM
	}
	d.OverheadMB = cmp.Or(p.setOverhead("driver"), p.ruledOverhead("driver", v, d.HeapMB, p.factor(r.Factor, factor)))
	return d
}

// MasterSize returns the size of YARN's application master in client mode, where
// it only asks for executors and the driver runs outside the cluster
// (org.apache.spark.deploy.yarn.Client; spark.yarn.am.*).
func MasterSize(p Properties) DriverSize {
	heap := p.MiB("spark.yarn.am.memory", 512)
	return DriverSize{
		Cores: p.Count("spark.yarn.am.cores", 1), HeapMB: heap,
		OverheadMB: p.MiB("spark.yarn.am.memoryOverhead", OverheadMB(heap)),
	}
}

// An ExecutorSize is what an executor of the default resource profile is.
type ExecutorSize struct {
	Cores      int   // 0: not set
	TaskCPUs   int   // cores that one task takes
	HeapMB     int64 // MiB
	OverheadMB int64 // beside the heap, MiB: overhead, off-heap memory, Python
}

// ExecutorSizeOf returns the size of the executors of the default profile. A
// heap that is not set is heapMB, which the caller may know from elsewhere.
func ExecutorSizeOf(p Properties, v Version, heapMB int64) ExecutorSize {
	x := ExecutorSize{
		Cores: p.Count("spark.executor.cores", 0), TaskCPUs: p.Count("spark.task.cpus", 1),
		HeapMB: p.MiB("spark.executor.memory", heapMB),
	}
	x.OverheadMB = p.ExecutorOverheadMB(v, x.HeapMB, 0)
	return x
}

// ExecutorOverheadMB returns the memory in MiB beside an executor's heap: what a
// resource profile sets (0: nothing), else what the properties set, else Spark's
// rule; and off-heap memory and that of Python workers in addition to it.
func (p Properties) ExecutorOverheadMB(v Version, heapMB, setMB int64) int64 {
	mb := setMB
	if mb == 0 {
		mb = cmp.Or(p.setOverhead("executor"), p.RuledOverheadMB(v, heapMB))
	}
	if p.Bool("spark.memory.offHeap.enabled", false) {
		mb += p.BytesToMiB("spark.memory.offHeap.size", 0)
	}
	return min(mb+p.MiB("spark.executor.pyspark.memory", 0), maxMiB)
}

// RuledOverheadMB returns the memory in MiB beside the heap of an executor whose
// overhead no property sets: a factor of the heap.
func (p Properties) RuledOverheadMB(v Version, heapMB int64) int64 {
	factor := overheadFactor
	if p.nonJVM() {
		factor = Kubernetes.NonJVM
	}
	return p.ruledOverhead("executor", v, heapMB, p.factor(Kubernetes.Factor, factor))
}

// setOverhead is the property for the memory beside the heap of a driver or an
// executor (before Spark 2.3 that of YARN); 0: it is not set.
func (p Properties) setOverhead(of string) int64 {
	return cmp.Or(p.MiB("spark."+of+".memoryOverhead", 0), p.MiB("spark.yarn."+of+".memoryOverhead", 0))
}

// ruledOverhead is the memory beside the heap where no property sets it: a factor of
// the heap, but no less than a minimum. The property of the factor came with Spark
// 3.3, that of the minimum with 4.0.
func (p Properties) ruledOverhead(of string, v Version, heapMB int64, factor float64) int64 {
	prefix := "spark." + of + "."
	least := int64(minOverheadMB)
	if !v.Before(4, 0) {
		least = p.MiB(prefix+"minMemoryOverhead", least)
	}
	if !v.Before(3, 3) {
		factor = p.factor(prefix+"memoryOverheadFactor", factor)
	}
	return min(max(int64(factor*float64(heapMB)), least), maxMiB)
}

// nonJVM reports whether the application is one of Python or R on Kubernetes, where Spark
// writes its kind to the properties.
func (p Properties) nonJVM() bool {
	kind := p["spark.kubernetes.resource.type"]
	return kind == "python" || kind == "r"
}

// factor is a property that is a part of a heap. One of 100 or more is a
// percentage by mistake and counts as not set.
func (p Properties) factor(key string, otherwise float64) float64 {
	if f := p.Float(key, 0); f > 0 && f < 100 {
		return f
	}
	return otherwise
}
