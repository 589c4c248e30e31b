package settings

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"dynalloc/policies"
)

// class is what a class of an application with these properties has to set for a policy.
func class(t *testing.T, name, policy, master string, properties map[string]string) Class {
	t.Helper()
	spec, err := policies.Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	app := policies.AppInfo{SparkVersion: "3.5.1", Master: master}
	snippet, err := spec.SnippetFor(properties, app, 4)
	if err != nil {
		t.Fatal(err)
	}
	return Class{Name: name, Policy: spec, Version: "3.5.1", Manager: "kubernetes", Why: "It costs least.\nmaster", Snippet: snippet}
}

// under returns the policy that an application has with these settings.
func under(t *testing.T, properties map[string]string, master string) string {
	t.Helper()
	spec, err := policies.FromProperties(properties, policies.AppInfo{SparkVersion: "3.5.1", Master: master})
	if err != nil {
		t.Fatal(err)
	}
	return spec.String()
}

// operator are the properties that the Spark Operator gives to spark-submit for a
// fragment: sparkConf, then the number of executors, which is 1 if nothing names one.
func operator(t *testing.T, text string) map[string]string {
	t.Helper()
	var app struct {
		Spec struct {
			SparkConf map[string]string `yaml:"sparkConf"`
			Executor  struct{ Instances int }
		}
	}
	if err := yaml.UnmarshalWithOptions([]byte(text), &app, yaml.Strict()); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	out := app.Spec.SparkConf
	if n := app.Spec.Executor.Instances; n > 0 {
		out["spark.executor.instances"] = string(rune('0' + n))
	}
	return out
}

// Each form gives an application the advised policy, whatever it had before.
func TestEveryFormSetsThePolicy(t *testing.T) {
	for _, c := range []struct{ policy, master string }{
		{"static,n=3", "k8s://cluster"},
		{"spark,idle=10s,max=40,shuffle=tracking", "k8s://cluster"},
		{"spark,idle=10s,backlog=2s,min=1,initial=2,max=4,ratio=0.5,cached=5m,shuffle=decommission", "k8s://cluster"},
		{"spark,idle=30s,max=7", "yarn"},
	} {
		before := map[string]string{"spark.dynamicAllocation.cachedExecutorIdleTimeout": "99s", "spark.executor.cores": "4"}
		k := class(t, "report", c.policy, c.master, before)
		forms := map[string]map[string]string{"conf": {}, "submit": {}, "operator": operator(t, k.Operator())}
		if _, err := policies.ParseConf(strings.NewReader(k.Conf()), "report.conf"); err != nil {
			t.Error(err)
		}
		for _, line := range strings.Split(k.Conf(), "\n") {
			if key, value, found := strings.Cut(line, " "); found && key != "#" {
				forms["conf"][key] = value
			}
		}
		for _, word := range submitted(t, k.Submit()) {
			if key, value, found := strings.Cut(word, "="); found {
				forms["submit"][key] = value
			}
		}
		for form, set := range forms {
			if got := under(t, set, c.master); got != k.Policy.String() {
				t.Errorf("%s of %s sets %s:\n%v", form, k.Policy, got, set)
			}
		}
	}
}

// submitted are the words that bash makes of a file of arguments.
func submitted(t *testing.T, text string) []string {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed, and the file is for bash")
	}
	cmd := exec.Command(bash, "-c", text+`printf '%s\n' "${settings[@]}"`)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return strings.Split(string(bytes.TrimSpace(out)), "\n")
}

// Each line is explained, and a name that came from a log stays inside of its comment.
func TestLinesAreExplained(t *testing.T) {
	k := class(t, "nightly\nspark.master local", "spark,idle=10s,max=40,shuffle=tracking", "k8s://cluster", map[string]string{"spark.executor.instances": "8"})
	lines := strings.Split(strings.TrimSpace(k.Conf()), "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "#") && !strings.HasPrefix(lines[i-1], "# ") {
			t.Errorf("line %d, %q, has no comment", i+1, l)
		}
		if strings.HasSuffix(strings.TrimSpace(l), "#") {
			t.Errorf("line %d is an empty comment", i+1)
		}
	}
	if want := "# nightly spark.master local: spark,idle=10s,max=40,shuffle=tracking, for Spark 3.5.1 on kubernetes"; lines[0] != want {
		t.Errorf("it begins with %q, want %q", lines[0], want)
	}
	if !strings.Contains(k.Conf(), "# remove spark.executor.instances (it is 8)") {
		t.Errorf("it does not say what to remove:\n%s", k.Conf())
	}
	if !strings.Contains(k.Submit(), "# remove spark.executor.instances (it is 8) where it is set: no argument can unset it") {
		t.Errorf("the arguments pretend to remove it:\n%s", k.Submit())
	}
}

// What the cluster must have stands in each form, and so does how many executors are of use
// where there is no limit.
func TestEachFormSaysWhatItNeeds(t *testing.T) {
	k := class(t, "report", "spark", "spark://host:7077", map[string]string{"spark.cores.max": "8"})
	k.Needs, k.Useful = "It needs the service.", 12
	for name, text := range map[string]string{"conf": k.Conf(), "submit": k.Submit(), "operator": k.Operator()} {
		for _, want := range []string{"\n# It needs the service.\n", "no limit; the runs in the logs could use 12\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, text)
			}
		}
	}
}

// Two classes never share a file, and no name leaves the folder.
func TestFileNames(t *testing.T) {
	taken := map[string]bool{}
	for class, want := range map[string]string{"report-sla-*": "report-sla-x", "../../etc/passwd": "_.._etc_passwd", "": "class", strings.Repeat("a", 300): strings.Repeat("a", 80), "日報": "__"} {
		if got := fileName(class, map[string]bool{}); got != want {
			t.Errorf("%q has the file %q, want %q", class, got, want)
		}
	}
	if a, b := fileName("Report?", taken), fileName("report!", taken); a != "Report_" || b != "report_-2" {
		t.Errorf("two classes have the files %q and %q", a, b)
	}
}

// The Spark Operator runs on Kubernetes only, and a class that keeps its settings has
// nothing to set.
func TestOnlyWhatTheClusterTakes(t *testing.T) {
	k := class(t, "report", "static,n=3", "yarn", nil)
	names := func(kubernetes bool) (list []string) {
		for _, f := range Files([]Class{k, {Name: "kept"}}, kubernetes) {
			list = append(list, f.Name)
		}
		return list
	}
	if got := strings.Join(names(false), " "); got != "report.conf report.sh" {
		t.Error(got)
	}
	if got := strings.Join(names(true), " "); got != "report.conf report.sh report.yaml" {
		t.Error(got)
	}
}
