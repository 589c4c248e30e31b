package settings

import (
	"fmt"
	"strconv"
	"strings"

	"dynalloc/policies"
)

// A Class is what to set for one class of applications.
type Class struct {
	Name    string
	Policy  policies.Spec
	Version string // of Spark, for which the settings are valid; empty: not known
	Manager string // the cluster manager, in one word
	Why     string // one sentence
	Needs   string // what the cluster must have, in one sentence; empty: nothing new
	Useful  int    // the most executors that the runs could use; 0: not known
	Snippet policies.Snippet
}

// head are the lines at the top of each form: for what the settings are, and why.
func (c *Class) head() []string {
	version := "Spark"
	if c.Version != "" {
		version += " " + c.Version
	}
	lines := []string{fmt.Sprintf("%s: %s, for %s on %s", oneLine(c.Name), c.Policy, oneLine(version), c.Manager)}
	for _, sentence := range []string{c.Why, c.Needs} {
		if sentence != "" {
			lines = append(lines, oneLine(sentence))
		}
	}
	return lines
}

// doc is the comment of a setting.
func (c *Class) doc(l policies.Line) string {
	switch {
	case l.Key == "spark.executor.instances" && c.Policy.Dynamic():
		return "executors at the start, if they are more than initialExecutors"
	case l.Key == "spark.dynamicAllocation.maxExecutors" && l.Unlimited() && c.Useful > 0:
		return fmt.Sprintf("%s; the runs in the logs could use %d", l.Doc(), c.Useful)
	}
	return l.Doc()
}

// comments writes lines as comments of all three forms.
func comments(b *strings.Builder, indent string, lines ...string) {
	for _, l := range lines {
		fmt.Fprintf(b, "%s# %s\n", indent, l)
	}
}

// removals says which settings of the application would interfere, and where to remove them.
func (c *Class) removals(b *strings.Builder, where string) {
	for _, l := range c.Snippet.Remove {
		comments(b, "", fmt.Sprintf("remove %s (it is %s)%s", l.Key, oneLine(l.Value), where))
	}
}

// Conf is lines of spark-defaults.conf.
func (c *Class) Conf() string {
	var b strings.Builder
	comments(&b, "", c.head()...)
	c.removals(&b, "")
	for _, l := range c.Snippet.Set {
		comments(&b, "", c.doc(l))
		fmt.Fprintf(&b, "%s %s\n", l.Key, l.Value)
	}
	return b.String()
}

// Submit is a file for bash that sets an array of arguments for spark-submit. In an array
// each line can have a comment, which a command over several lines cannot.
func (c *Class) Submit() string {
	var b strings.Builder
	comments(&b, "", c.head()...)
	comments(&b, "", `use: source this file, then spark-submit "${settings[@]}" ...`)
	c.removals(&b, " where it is set: no argument can unset it, and it raises the executors at the start")
	b.WriteString("settings=(\n")
	for _, l := range c.Snippet.Set {
		comments(&b, "  ", c.doc(l))
		fmt.Fprintf(&b, "  --conf %s\n", shellQuoted(l.Key+"="+l.Value))
	}
	b.WriteString(")\n")
	return b.String()
}

// Operator is a part of a SparkApplication (sparkoperator.k8s.io/v1beta2). All settings
// but the number of executors stand in sparkConf, not in spec.dynamicAllocation: the
// operator writes the latter after sparkConf, and older versions always add shuffle
// tracking there (addDynamicAllocationConfOptions).
func (c *Class) Operator() string {
	var b strings.Builder
	comments(&b, "", c.head()...)
	comments(&b, "", "merge into the SparkApplication (sparkoperator.k8s.io/v1beta2)")
	c.removals(&b, " from sparkConf")
	if c.Policy.Dynamic() {
		comments(&b, "", "remove spec.executor.instances")
	}
	comments(&b, "", "remove spec.dynamicAllocation: it would take precedence over sparkConf")
	b.WriteString("spec:\n")
	var conf strings.Builder
	for _, l := range c.Snippet.Set {
		doc := c.doc(l)
		if l.Key == "spark.executor.instances" && c.Policy.Fixed() {
			b.WriteString("  executor:\n")
			comments(&b, "    ", doc)
			fmt.Fprintf(&b, "    instances: %s\n", l.Value)
			continue
		}
		comments(&conf, "    ", doc)
		fmt.Fprintf(&conf, "    %s: %s\n", strconv.Quote(l.Key), strconv.Quote(l.Value))
	}
	if conf.Len() > 0 {
		b.WriteString("  sparkConf:\n" + conf.String())
	}
	return b.String()
}

// oneLine replaces what could end a comment.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// shellQuoted quotes a word for a POSIX shell where it must be.
func shellQuoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-=:/,@%+", r)
	}
	if strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
