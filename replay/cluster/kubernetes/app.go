package kubernetes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dynalloc/internal/spark"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// ErrShuffleService is the answer to an application that needs the external shuffle
// service.
var ErrShuffleService = errors.New("there is no external shuffle service on Kubernetes (spark.shuffle.service.enabled): " +
	"executors are pods, and their disks go with them; use shuffle tracking instead (spark.dynamicAllocation.shuffleTracking.enabled; " +
	"in a policy shuffle=tracking) or decommissioning (spark.decommission.enabled with spark.storage.decommission.enabled; shuffle=decommission)")

// An app is an application that was submitted and has not ended.
type app struct {
	manager.App
	namespace      *namespace
	queue          *clusterQueue // nil: no cluster queue has its namespace
	placement      Placement
	priority       priority // of executors
	driverPriority priority
	requests       []Size // of executors, by profile
	driverRequest  Size

	driver       *pod
	workload     *workload // of the driver and minExecutors together; nil: none
	suspended    bool      // until the workload is admitted
	minExecutors int       // executors that are admitted, or held by placeholders, with the driver

	placeholders       []*pod
	heldForGang        bool // the driver has room but waits for its gang
	placeholdersExpire time.Duration

	order                    int  // of arrival
	started                  bool // the driver was placed
	registered               bool
	allocator                allocator
	pods                     []*pod // executors, in order of creation; nil: gone
	gone                     int    // of pods
	withDriver               int    // executors that the workload of the driver admitted
	poolsKey, driverPoolsKey string // of the node pools of executors and of the driver
}

// A priority is that of a priority class.
type priority struct {
	value    int
	preempts bool
}

// newApp makes an application with its placement, queue and priorities.
func (m *Manager) newApp(a manager.App) *app {
	p := m.placement(&a)
	n := m.namespaces[p.Namespace]
	if n == nil {
		n = newNamespace(nil)
		m.namespaces[p.Namespace] = n
	}
	x := &app{
		App: a, namespace: n, queue: m.queueOf[p.Namespace], placement: p, placeholdersExpire: manager.Never,
		priority: m.priority(p.PriorityClassName), minExecutors: minExecutors(&a),
		driverRequest: Size{CPU(1000 * a.Driver.Cores), Memory(a.Driver.MemoryMB())}, allocator: newAllocator(&a),
	}
	if x.driverPriority = x.priority; p.DriverPriorityClassName != "" {
		x.driverPriority = m.priority(p.DriverPriorityClassName)
	}
	x.poolsKey, x.driverPoolsKey = strings.Join(p.NodePools, ","), strings.Join(p.DriverNodePools, ",")
	readCPU(a.Properties, "spark.kubernetes.driver.request.cores", &x.driverRequest.CPU)
	for _, p := range a.Profiles {
		s := Size{CPU(1000 * max(1, p.Cores)), Memory(p.HeapMB + p.OverheadMB)}
		readCPU(a.Properties, "spark.kubernetes.executor.request.cores", &s.CPU)
		x.requests = append(x.requests, s)
	}
	return x
}

// placement returns the namespace, priority classes and node pools of an application.
func (m *Manager) placement(a *manager.App) Placement {
	var p Placement
	if i := slices.IndexFunc(m.options.Applications, func(p Placement) bool { return spec.Match(p.Class, a.Class) }); i >= 0 {
		p = m.options.Applications[i]
	}
	for _, name := range []string{a.Queue, a.Properties["spark.kubernetes.namespace"], "default"} {
		if p.Namespace == "" {
			p.Namespace = name
		}
	}
	return p
}

// priority is that of a class, or of pods without one.
func (m *Manager) priority(class string) priority {
	for _, c := range m.options.PriorityClasses {
		if class == c.Name || class == "" && c.GlobalDefault {
			return priority{c.Value, c.PreemptionPolicy != never}
		}
	}
	return priority{0, true}
}

func readCPU(properties spark.Properties, key string, c *CPU) {
	var n CPU
	if n.UnmarshalText([]byte(properties[key])) == nil && n > 0 {
		*c = n
	}
}

// minExecutors is the number of executors with which an application starts (its gang),
// from its policy or else from its settings.
func minExecutors(a *manager.App) int {
	switch {
	case a.Least > 0:
		return a.Least
	case a.Properties.DynamicAllocation():
		return a.Properties.Count("spark.dynamicAllocation.minExecutors", 0)
	}
	return a.Properties.Count("spark.executor.instances", 0)
}

// newDriver makes the driver's pod.
func (a *app) newDriver() *pod {
	return &pod{
		app: a, driver: true, request: a.driverRequest,
		priority: a.driverPriority.value, preempts: a.driverPriority.preempts, pools: a.placement.DriverNodePools,
	}
}

// newExecutor makes the pod of an executor of a profile, or of a placeholder for one.
func (a *app) newExecutor(profile int, placeholder bool) *pod {
	return &pod{
		app: a, profile: profile, placeholder: placeholder, request: a.requests[profile],
		priority: a.priority.value, preempts: a.priority.preempts, pools: a.placement.NodePools,
	}
}

// whole is the sum of the requests of the driver and the minimum number of executors.
func (a *app) whole() (s Size, pods int) {
	s = a.driverRequest
	for range a.minExecutors {
		s = s.plus(a.requests[0])
	}
	return s, 1 + a.minExecutors
}

// Fits returns why a pod of an application could never be placed: no node is large
// enough, or a quota is too small for it alone.
func (m *Manager) Fits(spec manager.App) error {
	a := m.newApp(spec)
	if len(a.Profiles) == 0 {
		return nil
	}
	for i := range a.Profiles {
		if err := m.podFits(fmt.Sprintf("an executor of profile %d", i), a.newExecutor(i, false)); err != nil {
			return err
		}
	}
	if m.options.Drivers == driversOutside {
		return nil
	}
	if err := m.podFits("the driver", a.newDriver()); err != nil {
		return err
	}
	if q := a.queue; q != nil && q.Admission == admitApplication {
		if s, pods := a.whole(); !q.couldFit(amountsOf(s, pods)) {
			return fmt.Errorf("the driver and %d executors need %s and %d pods, which cluster queue %s never admits together", a.minExecutors, s, pods, q.Name)
		}
	}
	return nil
}

func (m *Manager) podFits(who string, p *pod) error {
	a, placeable := p.app, false
	for _, i := range m.kinds {
		placeable = placeable || m.suitable(i, p) && p.request.fitsIn(m.nodes[i].size)
	}
	hasSpot := slices.ContainsFunc(m.options.NodePools, func(p NodePool) bool { return p.Spot != nil })
	switch {
	case !placeable && p.driver && hasSpot:
		return fmt.Errorf("%s needs %s, and no node that it may use has that; drivers are not placed on spot nodes", who, p.request)
	case !placeable:
		return fmt.Errorf("%s needs %s, and no node that it may use has that", who, p.request)
	case !(&namespace{quota: a.namespace.quota}).admits(p.request):
		return fmt.Errorf("%s needs %s, which is over the resourceQuota of namespace %s", who, p.request, a.placement.Namespace)
	case a.queue != nil && !a.queue.couldFit(amountsOf(p.request, 1)):
		return fmt.Errorf("%s needs %s, which cluster queue %s never admits", who, p.request, a.queue.Name)
	}
	return nil
}
