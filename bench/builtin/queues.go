package builtin

import (
	"embed"
	"io/fs"
	"maps"
	"math/rand/v2"
	"strconv"
	"time"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/internal/spark"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// queueFiles are a cluster with its queues, as a user would give it with --cluster.
//
//go:embed queues
var queueFiles embed.FS

var madeQueues = note.Declare("builtin-queues", "reports", "loads", "features", "people", "seed")

// ofQueues are the parts of the day with queues by class.
var ofQueues = map[string]part{
	"warehouse-load": {every: 75 * time.Minute, executors: 125, wider: 10, longer: 55, queue: "etl", users: []string{"etl"}},
	"feature-build":  {every: 30 * time.Minute, wider: 8, longer: 20, queue: "etl", users: []string{"features"}, dynamic: true},
	"report-sla-*":   {every: 3 * time.Minute, executors: 2, wider: 1, longer: 2, queue: "reports", users: []string{"reporting"}},
	"adhoc-queries":  {runs: 60, wider: 2, longer: 20, queue: "adhoc", users: []string{"ada", "ben", "cho"}, dynamic: true},
}

// Queues is a day on a YARN cluster whose queues are contended.
func Queues() (*bench.Suite, error) {
	s := &bench.Suite{Config: replay.Config{Seed: 1}}
	files, err := fs.Sub(queueFiles, "queues")
	if err != nil {
		return nil, err
	}
	if s.Config.Cluster, _, err = cluster.Open("cluster.yaml", files); err != nil {
		return nil, err
	}
	fleet, err := record("fleet-static")
	if err != nil {
		return nil, err
	}
	s.Workload = makeQueues(fleet, 20261122)
	return s, completeMade(s)
}

func makeQueues(fleet *traces.Workload, seed uint64) *traces.Workload {
	w := &traces.Workload{Name: "queues", Epoch: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	runs := fill(w, fleet, ofQueues, 10*time.Hour, rand.New(rand.NewPCG(seed, 2)))
	w.Notes = []traces.Note{madeQueues.With(runs["report-sla-*"], runs["warehouse-load"], runs["feature-build"], runs["adhoc-queries"], seed)}
	return w
}

// onYARN gives run number i its queue, its user and its settings on YARN.
func (p part) onYARN(a *traces.Application, i int) {
	a.Master, a.Queue, a.User = "yarn", p.queue, p.users[i%len(p.users)]
	delete(a.Properties, "spark.cores.max")
	maps.Copy(a.Properties, spark.Properties{"spark.master": "yarn", "spark.yarn.queue": p.queue})
	if p.dynamic {
		maps.Copy(a.Properties, spark.Properties{"spark.dynamicAllocation.enabled": "true", "spark.shuffle.service.enabled": "true"})
	} else {
		maps.Copy(a.Properties, spark.Properties{"spark.executor.instances": strconv.Itoa(p.executors)})
	}
}
