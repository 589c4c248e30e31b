package policies_test

import (
	"fmt"
	"time"

	"dynalloc/policies"
)

// eager asks for one executor for each task of the running stages, at once.
type eager struct {
	client policies.Client
	tasks  map[policies.StageAttempt]int
	total  int
}

func (p *eager) Start(time.Duration) {}

func (p *eager) Observe(e *policies.Event) {
	switch e.Kind {
	case policies.StageSubmitted:
		p.tasks[e.Stage] = e.Tasks
		p.total += e.Tasks
	case policies.StageCompleted:
		p.total -= p.tasks[e.Stage]
		delete(p.tasks, e.Stage)
	}
}

func (p *eager) Tick(time.Duration) time.Duration {
	p.client.RequestTotal([]policies.Target{{N: p.total}})
	return policies.Never
}

// printer is a cluster manager that says what it is asked.
type printer struct{}

func (printer) RequestTotal(targets []policies.Target) bool {
	fmt.Println("asked for", targets[0].N)
	return true
}

func (printer) Remove([]policies.Removal) []policies.ExecutorID { return nil }

// A policy is three methods. This one wants an executor for each task.
func Example_policy() {
	p := &eager{client: printer{}, tasks: map[policies.StageAttempt]int{}}
	p.Start(0)
	p.Observe(&policies.Event{Kind: policies.StageSubmitted, Tasks: 200})
	p.Tick(0)
	p.Observe(&policies.Event{Kind: policies.StageCompleted, At: 9 * time.Second})
	p.Tick(9 * time.Second)
	// Output:
	// asked for 200
	// asked for 0
}

func ExampleParse() {
	s, err := policies.Parse("spark, max=6, idle=10s, backlog=1s")
	fmt.Println(s, err)
	_, err = policies.Parse("spark,backlog=500ms")
	fmt.Println(err)
	// Output:
	// spark,idle=10s,max=6 <nil>
	// policy "spark,backlog=500ms": spark.dynamicAllocation.schedulerBacklogTimeout must be at least 1s: Spark counts whole seconds, so 500ms is 0
}

func ExampleParseFleet() {
	fleet, err := policies.ParseFleet("mixed:report-*=static,n=2;*=spark,idle=60s,max=6")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"report-7", "warehouse load"} {
		s, _ := fleet.For(name, "")
		fmt.Println(name, "runs under", s)
	}
	// Output:
	// report-7 runs under static,n=2
	// warehouse load runs under spark,max=6
}
