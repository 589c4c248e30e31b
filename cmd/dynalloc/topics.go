package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/policies"
)

// newPolicyHelp is the help topic that explains how policies are written. It is
// made from the table that reads them.
func newPolicyHelp() *cobra.Command {
	var b strings.Builder
	b.WriteString(`A policy is written as a name and settings:

  spark,idle=10s,max=6
  static,n=4
  recorded

A fleet gives each class of applications its policy; the first pattern that
matches an application's name or class counts. A short name for tables may
stand in front, before a colon:

  mixed:report-*=static,n=2;*=spark,idle=60s,max=6

A spark-defaults.conf file stands for the policy that its settings amount to:

  --policy team/spark-defaults.conf

What Spark refuses at start is refused here, with Spark's name of the setting.
`)
	for _, kind := range policies.Builtin {
		fmt.Fprintf(&b, "\n%s\n  %s\n", kind.Name, kind.Doc)
		for _, s := range kind.Settings {
			fmt.Fprintf(&b, "  %-17s %s\n", s.Key, s.Doc)
			if s.Property != "" {
				fmt.Fprintf(&b, "  %-17s %s\n", "", s.Property)
			}
		}
	}
	return &cobra.Command{Use: "policies", Short: "How policies and fleets are written, and every setting of them", Long: strings.TrimSpace(b.String())}
}

func newClusterHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "clusters",
		Short: "How a cluster is written",
		Long: `A cluster is written as its manager and settings:

  standalone,nodes=4,cores=32,memory=128g,startup=5s

  nodes     number of nodes (default 1)
  cores     cores of one node
  memory    memory of one node that executors may use
  startup   time from the grant of an executor to its registration
            (default: as the logs show it)
  overhead  true counts the memory that executors take beside their heap
            (default false, as Spark's standalone Master)
  locality  none (default), or inferred: tasks that ran near their data wait for
            the same node, as spark.locality.wait says; a guess, as logs do not
            say what tasks preferred

standalone is Spark's own cluster manager: applications in the order in which
they registered, each takes all that it may before the next gets anything.

Without --cluster, the largest cores and memory that the logs held at one time
are assumed, on as many nodes as there were hosts. Contention cannot be judged from an assumption.`,
	}
}
