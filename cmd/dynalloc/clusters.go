package main

import (
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/replay/cluster/standalone"
)

// clusterFlags are the flags that say on what is replayed, and what goes wrong
// there.
type clusterFlags struct {
	text   string
	faults []string
}

func (c *clusterFlags) addFlags(cmd *cobra.Command) {
	c.addCluster(cmd.Flags(), "the `cluster`: standalone,nodes=4,cores=32,memory=128g, a YAML file, or example:standalone; see \"dynalloc help clusters\"")
	c.addFaults(cmd.Flags())
	complete(cmd, "cluster", slices.Concat([]string{"standalone,nodes="}, cluster.Examples())...)
}

func (c *clusterFlags) addFaults(f *pflag.FlagSet) {
	f.StringArrayVar(&c.faults, "fault", nil, "something that goes `wrong`, as in node-loss,at=1h,node=3,for=10m; repeatable; see \"dynalloc help faults\"")
}

func (c *clusterFlags) addCluster(f *pflag.FlagSet, usage string) {
	f.StringVar(&c.text, "cluster", "", usage)
}

// check finds wrong usage before anything is read.
func (c *clusterFlags) check() error {
	if c.text != "" {
		if _, _, err := cluster.Open(c.text, files{}); err != nil {
			return usageError{err}
		}
	}
	for _, text := range c.faults {
		if _, err := cluster.ParseFault(text); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// open reads the cluster, unless none is given, and adds what goes wrong to the
// configuration.
func (c *clusterFlags) open(config *replay.Config) error {
	if c.text != "" {
		cluster, faults, err := cluster.Open(c.text, files{})
		if err != nil {
			return usageError{err}
		}
		config.Cluster, config.Faults = cluster, faults
	}
	for _, text := range c.faults {
		fault, err := cluster.ParseFault(text)
		if err != nil {
			return usageError{err}
		}
		config.Faults = append(config.Faults, fault)
	}
	return nil
}

// files are those of the machine, by any path.
type files struct{}

// Open opens a file.
func (files) Open(name string) (fs.File, error) { return os.Open(name) }

func newClusterHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "clusters",
		Short: "How a cluster is written",
		Long: `A cluster is written as its manager and settings:

  standalone,nodes=4,cores=32,memory=128g,startup=5s

  nodes         number of nodes (default 1)
  cores         cores of one node
  memory        memory of one node that executors may use
  startup       time from the grant of an executor to its registration
                (default: as the logs show it)
  locality      none (default), or inferred: tasks that ran near their data wait
                for the same node, as spark.locality.wait says; a guess, as logs
                do not say what tasks preferred

standalone is Spark's own cluster manager: applications in the order in which
they registered, each takes all that it may before the next gets anything.

  overhead      true counts the memory that executors take beside their heap
                (default false, as Spark's Master)
  spread        false fills a worker before the next is taken
                (spark.deploy.spreadOutApps, default true)
  workers       the order in which workers are tried: ` + strings.Join(standalone.Selections, ", ") + `
                (spark.deploy.workerSelectionPolicy)
  defaultcores  spark.cores.max of applications that set none (default: no limit)

yarn is Hadoop YARN with Spark's application masters; its schedulers are checked
against YARN's own classes, docs/YARN.md:

  scheduler     capacity (default), fair or fifo
  queues        a capacity-scheduler.xml or fair-scheduler.xml (default: one queue)
  site          a yarn-site.xml: sizes of containers, preemption (default: a
                container may be as large as the largest node)

What of these files is not modeled is named in a note of the report.

kubernetes is Spark on Kubernetes: pods in batches, kube-scheduler. Policies need
shuffle=tracking or shuffle=decommission, as there is no external shuffle service.
Quotas, priorities, queues, the autoscaler and spot nodes are written in a file;
see example:kubernetes and docs/KUBERNETES.md. It is ` + kubernetes.Note + `.

Nodes of several kinds, their prices, and what goes wrong are written in a YAML
file, as in docs/CLUSTERS.md: --cluster cluster.yaml. Examples are built in:
--cluster ` + strings.Join(cluster.Examples(), ", ") + `. One of them:

` + indented(cluster.Example("standalone")) + `
Without --cluster, the largest cores and memory that the logs held at one time
are assumed, on as many nodes as there were hosts. Contention cannot be judged from an assumption.`,
	}
}

func newFaultHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "faults",
		Short: "What can go wrong in a replay, and how it is written",
		Long: `Things that go wrong are data: what, when (from the start of the workload), and
where. --fault can be repeated; a cluster file can list them.

  node-loss,at=1h,node=3,for=10m
      node 3 (they count from 0) is gone with its executors, their shuffle files
      and those that its shuffle service kept; after for= it is back, empty
      (default: never); with silent=2min nobody notices for so long, as where
      connections stay open until spark.network.timeout
  executor-loss,at=90m,app=report-*,executor=2
      every application that matches app= (default *) loses the executor that it
      was granted as the third, or without executor= its oldest; a shuffle
      service keeps its files
  spot-reclaim,at=2h,node=1,notice=2m
      as node-loss, with notice (default 2m): the manager places nothing there any
      more, and executors that can be decommissioned are
  manager-away,at=1h,for=5m
      nothing is granted for so long; what runs goes on
  manager-slow,at=1h,for=10m,every=5s
      the manager acts at most once in so long

What it cost is a row for each policy: the same replay without the faults is
played beside it.`,
	}
}

// indented is a text with each line set in.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
