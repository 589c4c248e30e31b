package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dynalloc/bench"
	"dynalloc/internal/note"
	"dynalloc/policies"
	"dynalloc/policies/script"
	"dynalloc/replay/cluster"
)

// policyUsage explains the flag --policy of compare and replay.
const policyUsage = "a `policy`, a fleet, or a spark-defaults.conf file; see \"dynalloc help policies\""

// completePolicies offers policies and files for shell completion.
func completePolicies(cmd *cobra.Command) {
	words := []string{}
	for _, p := range policies.Kinds() {
		words = append(words, p.Name+"\t"+p.Doc)
	}
	err := cmd.RegisterFlagCompletionFunc("policy", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoSpace))
	if err != nil {
		panic(err) // the flag does not exist: an error in this package
	}
}

// parseFleet parses the value of --policy and reads the scripts that it names. An
// error in the text is wrong usage; an error in a file is a failure.
func parseFleet(text string) (policies.Fleet, error) { return parseFleetTo(nil, text) }

// parseFleetTo is parseFleet with a writer for what scripts print; nil discards it.
func parseFleetTo(out io.Writer, text string) (policies.Fleet, error) {
	if filepath.Ext(text) == ".conf" {
		return readConf(text)
	}
	f, err := policies.ParseFleet(text)
	if err != nil {
		return f, usagef("--policy: %w", err)
	}
	for _, r := range f.Rules {
		if kind := r.Spec.Kind.Name; !r.Spec.Deployable() && !strings.Contains(f.Name, kind) {
			f.Name += "(" + kind + ")" // a reference must not look like a policy that could be deployed
		}
	}
	return script.Load(f, sentFiles.readFile, func(line string) {
		if out != nil {
			fmt.Fprintln(out, line)
		}
	})
}

// readConf reads the policy that a spark-defaults.conf file defines. It is named
// after the file.
func readConf(path string) (policies.Fleet, error) {
	s, err := readFile("--policy", path, policies.ParseConf)
	if err != nil {
		return policies.Fleet{}, err
	}
	name := strings.TrimSuffix(filepath.Base(path), ".conf")
	return policies.FleetOf(strings.Join(strings.Fields(name), "_"), s), nil
}

// parseFleets parses the policies of compare. "recorded" comes first, whether it is
// given or not, because differences refer to it.
func parseFleets(texts []string) ([]policies.Fleet, error) {
	base := bench.RecordedFleet()
	fleets := []policies.Fleet{base}
	given := map[string]string{base.Name: base.Name}
	for _, text := range texts {
		f, err := parseFleet(text)
		if err != nil {
			return nil, err
		}
		if f.Name == base.Name && f.String() == base.String() {
			continue
		}
		if other, taken := given[f.Name]; taken {
			return nil, usagef("--policy %s and %s have the same name, %s: give one of them another name, as in NAME:%s", other, text, f.Name, f.String())
		}
		given[f.Name] = text
		fleets = append(fleets, f)
	}
	return fleets, nil
}

// setPolicies replaces the policies of a suite. The recorded truth of policies that
// remain is kept.
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

// refused returns an error if the cluster cannot run one of the policies.
func refused(c *cluster.Cluster, fleets ...policies.Fleet) error {
	for _, f := range fleets {
		if err := c.Refuses(f); err != nil {
			return usagef("policy %s: %w", f.Name, err)
		}
	}
	return nil
}

// warnings are the warnings that Spark would log at start for these policies.
func warnings(fleets []policies.Fleet) []note.Note {
	var all []note.Note
	for _, f := range fleets {
		all = append(all, f.Warnings()...)
	}
	return all
}
