package main

import (
	"embed"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"dynalloc/policies"
	"dynalloc/policies/script"
	"dynalloc/replay/cluster"
)

// topicTexts has a template NAME.txt for each help topic. Lists of policies,
// settings and examples come from the tables that read them.
//
//go:embed topics
var topicTexts embed.FS

// newTopics returns the help topics as commands that only have help.
func newTopics() []*cobra.Command {
	var managers []string
	for _, name := range cluster.Managers() {
		managers = append(managers, cluster.Help(name))
	}
	facts := map[string]any{
		"Policies": policies.Kinds(), "Script": script.Usage, "Managers": managers,
		"Examples": strings.Join(cluster.Examples(), ", "), "Example": indented(cluster.Example("standalone")),
	}
	texts := template.Must(template.ParseFS(topicTexts, "topics/*.txt"))
	var topics []*cobra.Command
	for _, topic := range [][2]string{
		{"policies", "How to write policies and fleets, with every setting"},
		{"clusters", "How to describe a cluster"},
		{"faults", "The failures that a replay can inject"},
		{"deadlines", "How to write deadlines for applications, and for queries inside them"},
		{"advice", `How to read the output of "dynalloc advise"`},
	} {
		var long strings.Builder
		if err := texts.ExecuteTemplate(&long, topic[0]+".txt", facts); err != nil {
			panic(err) // an error in a template of this package
		}
		topics = append(topics, &cobra.Command{Use: topic[0], Short: topic[1], Long: strings.TrimSpace(long.String())})
	}
	return topics
}

// indented is a text with each line indented by two spaces.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
