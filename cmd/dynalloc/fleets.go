package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/policies"
	"dynalloc/policies/script"
	"dynalloc/replay/cluster"
)

// recorded is the name of the policy to which all others are compared.
const recorded = "recorded"

// policyUsage explains the flag --policy of compare and replay.
const policyUsage = "a `policy`, a fleet, or a spark-defaults.conf file; see \"dynalloc help policies\""

// completePolicies offers policies to the shell, and .conf files.
func completePolicies(cmd *cobra.Command) {
	words := []string{}
	for _, p := range policies.Kinds() {
		words = append(words, p.Name+"\t"+p.Doc)
	}
	err := cmd.RegisterFlagCompletionFunc("policy", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoSpace))
	if err != nil {
		panic(err) // the flag does not exist: a slip in this package
	}
}

// parseFleet reads what stands after --policy, and the scripts that it names.
// What is wrong with the text is wrong usage; what is wrong with a file is a
// failure.
func parseFleet(text string) (policies.Fleet, error) { return parseFleetTo(nil, text) }

// parseFleetTo is parseFleet with a place for what scripts print; nil drops it.
func parseFleetTo(out io.Writer, text string) (policies.Fleet, error) {
	if filepath.Ext(text) == ".conf" {
		return readConf(text)
	}
	f, err := policies.ParseFleet(text)
	if err != nil {
		return f, usagef("--policy: %w", err)
	}
	if !f.Deployable() && !strings.Contains(f.Name, "hindsight") {
		f.Name += "(hindsight)" // whatever it is called, nobody is to take it for a choice
	}
	return script.Load(f, os.ReadFile, func(line string) {
		if out != nil {
			fmt.Fprintln(out, line)
		}
	})
}

// readConf reads a spark-defaults.conf file as the policy that it amounts to,
// named after the file.
func readConf(path string) (policies.Fleet, error) {
	f, err := os.Open(path)
	if err != nil {
		return policies.Fleet{}, fmt.Errorf("--policy: %w", err)
	}
	defer f.Close()
	s, err := policies.ParseConf(f, path)
	if err != nil {
		return policies.Fleet{}, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".conf")
	return policies.FleetOf(strings.Join(strings.Fields(name), "_"), s), nil
}

// parseFleets reads all of compare's policies. The recorded one comes first,
// named or not.
func parseFleets(texts []string) ([]policies.Fleet, error) {
	base, err := parseFleet(recorded)
	if err != nil {
		return nil, err
	}
	fleets := []policies.Fleet{base}
	given := map[string]string{recorded: recorded}
	for _, text := range texts {
		f, err := parseFleet(text)
		if err != nil {
			return nil, err
		}
		if f.Name == recorded && f.String() == base.String() {
			continue
		}
		if other, taken := given[f.Name]; taken {
			return nil, usagef("--policy %s and %s have the same name, %s: put another before one of them, as in NAME:%s", other, text, f.Name, f.String())
		}
		given[f.Name] = text
		fleets = append(fleets, f)
	}
	return fleets, nil
}

// setPolicies compares other policies than the built-in ones. Recorded truth
// stays beside those that stay.
func setPolicies(s *bench.Suite, fleets []policies.Fleet) {
	s.Policies = fleets
	var truths []bench.Truth
	for _, t := range s.Truth {
		for _, f := range fleets {
			if f.Name == t.Policy {
				truths = append(truths, t)
			}
		}
	}
	s.Truth = truths
}

// refused says which policy cannot run on a cluster at all.
func refused(c *cluster.Cluster, fleets ...policies.Fleet) error {
	for _, f := range fleets {
		if err := c.Refuses(f); err != nil {
			return usagef("policy %s: %w", f.Name, err)
		}
	}
	return nil
}

// warnings are what Spark would start with, but not without a word.
func warnings(fleets []policies.Fleet) []string {
	var all []string
	for _, f := range fleets {
		for _, rule := range f.Rules {
			for _, warning := range rule.Spec.Warnings() {
				all = append(all, fmt.Sprintf("Policy %s: %s.", f.Name, strings.TrimSuffix(warning, ".")))
			}
		}
	}
	return all
}
