package kubernetes

import (
	"errors"
	"fmt"

	"dynalloc/internal/spark"
	"dynalloc/replay/cluster/manager"
)

// ErrShuffleService is the answer to an application that wants the external
// shuffle service.
var ErrShuffleService = errors.New("there is no external shuffle service on Kubernetes (spark.shuffle.service.enabled): " +
	"executors are pods, and their disks go with them; use shuffle tracking instead (spark.dynamicAllocation.shuffleTracking.enabled; " +
	"in a policy shuffle=tracking) or decommissioning (spark.decommission.enabled with spark.storage.decommission.enabled; shuffle=decommission)")

// Fits says why a pod of an application could never be placed: no node is large
// enough, or a quota is too small for it alone.
func (m *Manager) Fits(spec manager.App) error {
	a := m.open(spec)
	if len(a.Profiles) == 0 {
		return nil
	}
	for i := range a.Profiles {
		if err := m.podFits(fmt.Sprintf("an executor of profile %d", i), m.newExecutor(a, i, false)); err != nil {
			return err
		}
	}
	if m.options.Drivers == driversOutside {
		return nil
	}
	driver := &pod{app: a, driver: true, request: driverSize(&a.App), pools: a.placement.DriverNodePools}
	if err := m.podFits("the driver", driver); err != nil {
		return err
	}
	if q := a.queue; q != nil && q.Admission == admitApplication {
		s := driver.request
		for range a.least {
			s = s.plus(a.sizes[0])
		}
		if !q.couldFit(amountsOf(s, 1+a.least)) {
			return fmt.Errorf("the driver and %d executors need %s and %d pods, which cluster queue %s never admits together", a.least, s, 1+a.least, q.Name)
		}
	}
	return nil
}

func (m *Manager) podFits(who string, p *pod) error {
	a, placeable := p.app, false
	for i := range m.nodes {
		placeable = placeable || m.suits(i, p) && p.request.fitsIn(m.nodes[i].size)
	}
	switch {
	case !placeable && p.driver && m.options.hasSpot():
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

// executorSize is what an executor's pod requests.
func executorSize(a *manager.App, p *manager.Profile) Size {
	s := Size{CPU(1000 * max(1, p.Cores)), Memory(p.HeapMB + p.OverheadMB)}
	readCPU(a.Properties, "spark.kubernetes.executor.request.cores", &s.CPU)
	return s
}

// driverSize is what a driver's pod requests.
func driverSize(a *manager.App) Size {
	s := Size{CPU(1000 * a.Driver.Cores), Memory(a.Driver.MemoryMB())}
	readCPU(a.Properties, "spark.kubernetes.driver.request.cores", &s.CPU)
	return s
}

func readCPU(properties spark.Properties, key string, c *CPU) {
	var n CPU
	if n.UnmarshalText([]byte(properties[key])) == nil && n > 0 {
		*c = n
	}
}

// leastExecutors is with how many executors an application starts: its gang.
// Where its policy does not say, its settings do.
func leastExecutors(a *manager.App) int {
	if a.Least > 0 {
		return a.Least
	}
	if a.Properties.DynamicAllocation() {
		return a.Properties.Count("spark.dynamicAllocation.minExecutors", 0)
	}
	return a.Properties.Count("spark.executor.instances", 0)
}

func (o *Options) hasSpot() bool {
	for i := range o.NodePools {
		if o.NodePools[i].Spot != nil {
			return true
		}
	}
	return false
}
