package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/policies"
	"dynalloc/policies/script"
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
	b.WriteString("\n" + script.Usage)
	return &cobra.Command{Use: "policies", Short: "How policies and fleets are written, and every setting of them", Long: strings.TrimSpace(b.String())}
}

func newAdviceHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "advice",
		Short: "How to read what \"dynalloc advise\" says, and what it rests on",
		Long: `Advice for a class begins with what to do and why: the best dynamic allocation
that was tried beside the best fixed size.

  report-sla: keep static, 4 executors.
  Dynamic allocation at its best (spark,idle=10s,max=8) misses 7 of 120 deadlines
  [3, 14], of which 6 because of the ramp (median 9.2 s to the executors it
  needs), static, 4 executors misses 0 [0, 4]; it would save 31 % [27, 35]
  executor-hours.

  (An example of the form, of no workload.)

  [a, b]         95 % interval: over days, users, hours or runs, or, with fewer
                 than ten of each, over shaken replays of the same runs; it also
                 holds the model's own error
  ~              nothing can be told: the interval holds zero
  stable         the same verdict at the neighboring factors of the slack (deadlines
                 that are given: x0.8 and x1.25) and at loads x0.8 and x1.2
  now            what the logs show as set
  p99            99 % of the runs keep their deadline

  static         the best fixed size is better
  dynamic        the best dynamic allocation is better
  no-difference  they cannot be told apart; what is set stays, unless another
                 policy is as good and cheaper
  insufficient   the logs are too poor, or the replay is too far from what they show

Deadlines are those of --deadlines and --sla, of the built-in day, or 1.5 times
the run alone ("dynalloc help deadlines"). A class without any is held to the
latter too, after the deadlines that are given.

docs/ADVICE.md says how advice is found and how good it was where the truth is
known, docs/STATISTICS.md how intervals are made and how often they are right.`,
	}
}
