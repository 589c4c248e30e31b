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
