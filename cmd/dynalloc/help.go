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

// helpTexts has the help of each command and topic: a template NAME.txt
// (COMMAND_NAME.txt below a command), in which the
// examples of a command follow the line "Examples:". Lists of policies, settings and
// clusters come from the tables that read them.
//
//go:embed help
var helpTexts embed.FS

// topics are the help topics that are no commands.
var topics = [][2]string{
	{"policies", "How to write policies and fleets, with every setting"},
	{"clusters", "How to describe a cluster"},
	{"faults", "The failures that a replay can inject"},
	{"deadlines", "How to write deadlines for applications, and for queries inside them"},
	{"advice", `How to read the output of "dynalloc advise"`},
}

// addHelp adds the topics to the commands of the program, and gives all their texts.
func addHelp(root *cobra.Command) {
	for _, topic := range topics {
		root.AddCommand(&cobra.Command{Use: topic[0], Short: topic[1]})
	}
	var managers []string
	for _, name := range cluster.Managers() {
		managers = append(managers, cluster.Help(name))
	}
	facts := map[string]any{
		"Policies": policies.Kinds(), "Script": script.Usage, "Managers": managers,
		"Examples": strings.Join(cluster.Examples(), ", "), "Example": indented(cluster.Example("standalone")),
	}
	texts := template.Must(template.ParseFS(helpTexts, "help/*.txt"))
	var add func(cmd *cobra.Command, name string)
	add = func(cmd *cobra.Command, name string) {
		var help strings.Builder
		if err := texts.ExecuteTemplate(&help, name+".txt", facts); err != nil {
			panic(err) // an error in a template of this package
		}
		text, examples, _ := strings.Cut(help.String(), "\n\nExamples:\n")
		cmd.Long, cmd.Example = strings.TrimSpace(text), strings.TrimRight(examples, "\n")
		for _, sub := range cmd.Commands() {
			add(sub, strings.TrimPrefix(name+"_"+sub.Name(), root.Name()+"_"))
		}
	}
	add(root, root.Name())
}

// indented is a text with each line indented by two spaces.
func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
