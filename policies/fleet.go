package policies

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/internal/spec"
)

// A Fleet gives each class of applications its spec.
type Fleet struct {
	Name  string // shown in tables and used in names of benchmarks: without blanks and slashes
	Rules []Rule // the first one that matches an application counts

	class  string // if others is set, the only class to which the rules apply
	others *Fleet
}

// A Rule is the spec of all applications whose name or class matches.
type Rule struct {
	Pattern string // '*' stands for any text, '?' for one character
	Spec    Spec
}

// ParseFleet reads rules such as
//
//	report-*=static,n=2;*=spark,idle=60s,max=6
//
// A plain spec is the fleet "*=spec". A short name may stand before a colon, as
// in "mixed:report-*=static,n=2;*=spark"; otherwise the text of the rules is the
// name. If a pattern has a colon, the fleet needs a name before it.
func ParseFleet(text string) (Fleet, error) {
	var f Fleet
	rules := text
	if name, rest, found := strings.Cut(text, ":"); found && !strings.ContainsAny(name, notInNames) {
		f.Name, rules = strings.TrimSpace(name), rest
		if f.Name == "" || strings.ContainsAny(f.Name, " \t/") {
			return Fleet{}, fmt.Errorf("fleet %q: expected a short name without blanks and slashes before the colon", text)
		}
	}
	for rule := range strings.SplitSeq(rules, ";") {
		rule = strings.TrimSpace(rule)
		pattern, policy, found := strings.Cut(rule, "=")
		if !found || strings.Contains(pattern, ",") {
			pattern, policy = "*", rule
		}
		pattern = strings.TrimSpace(pattern)
		if pattern == "" || strings.TrimSpace(policy) == "" {
			return Fleet{}, fmt.Errorf("fleet %q: expected PATTERN=POLICY;..., found %q", text, rule)
		}
		s, err := Parse(policy)
		if err != nil && policy != rules {
			err = fmt.Errorf("rule %s of the fleet: %w", pattern, err)
		}
		if err != nil {
			return Fleet{}, err
		}
		f.Rules = append(f.Rules, Rule{Pattern: pattern, Spec: s})
	}
	if f.Name == "" {
		f.Name = strings.NewReplacer(" ", "", "\t", "", "/", "_").Replace(rules)
	}
	return f, nil
}

// FleetOf returns the fleet in which every application runs under s. If the name
// is empty, it is the text of the spec.
func FleetOf(name string, s Spec) Fleet {
	if name == "" {
		name = s.String()
	}
	return Fleet{Name: name, Rules: []Rule{{Pattern: "*", Spec: s}}}
}

// String writes the fleet so that ParseFleet reads back the same rules, and the
// same name if it has a short one.
func (f Fleet) String() string {
	rules := f.rules()
	if f.Name == rules || strings.ContainsAny(f.Name, notInNames) {
		return rules
	}
	return f.Name + ":" + rules
}

// notInNames are the characters that a name must not contain, because they mark rules.
const notInNames = "=;,*?"

func (f Fleet) rules() string {
	if len(f.Rules) == 1 && f.Rules[0].Pattern == "*" {
		return f.Rules[0].Spec.String()
	}
	texts := make([]string, len(f.Rules))
	for i, r := range f.Rules {
		texts[i] = r.Pattern + "=" + r.Spec.String()
	}
	return strings.Join(texts, ";")
}

// Only returns base with the rules of f for one class of applications.
func (f Fleet) Only(class string, base Fleet) Fleet {
	return Fleet{Name: base.Name + "+" + class + ":" + f.Name, Rules: f.Rules, class: class, others: &base}
}

// Deployable reports whether drivers could run all policies of the fleet.
func (f Fleet) Deployable() bool {
	return !slices.ContainsFunc(f.Rules, func(r Rule) bool { return !r.Spec.Deployable() })
}

// For returns the spec of an application: that of the first rule whose pattern
// matches its name or its class. The result is false if no rule matches.
func (f Fleet) For(name, class string) (Spec, bool) {
	if f.others != nil && class != f.class {
		return f.others.For(name, class)
	}
	for _, r := range f.Rules {
		if spec.Match(r.Pattern, name) || spec.Match(r.Pattern, class) {
			return r.Spec, true
		}
	}
	return Spec{}, false
}
