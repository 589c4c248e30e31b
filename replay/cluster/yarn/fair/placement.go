package fair

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A placementRule is a rule of the queue placement policy.
//
// Source: QueuePlacementPolicy and org.apache.hadoop...resourcemanager.placement.
type placementRule struct {
	name   string
	create bool
	queue  string         // of the rule default
	parent *placementRule // whose queue the user's or group's queue is in
}

// terminal reports whether the rule decides for every application, so that no later
// rule is used.
func (r *placementRule) terminal() bool {
	places := r.name == "reject" || r.create && slices.Contains([]string{"user", "nestedUserQueue", "default", "primaryGroup"}, r.name)
	return places && (r.parent == nil || r.parent.terminal())
}

// placement reads the rules.
func (p *parser) placement(e *hadoop.Element) {
	var rules []*placementRule
	for _, f := range p.ruleElements(e) {
		if len(rules) > 0 && rules[len(rules)-1].terminal() {
			p.Fail(f.Line, "expected no rule after %q, which places all applications", rules[len(rules)-1].name)
		}
		rules = append(rules, p.rule(f, nil))
	}
	if len(rules) == 0 {
		p.FailIf(len(e.Children) == 0 && e.Text == "", e.Line, "expected a <rule> in <queuePlacementPolicy>, found none")
		return
	}
	if last := rules[len(rules)-1]; !last.terminal() {
		p.Fail(e.Line, "expected a last rule that places all applications, like reject or default, found %q", last.name)
	}
	p.c.rules = rules
}

// ruleElements are the rules inside an element.
func (p *parser) ruleElements(e *hadoop.Element) (rules []*hadoop.Element) {
	for _, f := range e.Children {
		if strings.EqualFold(f.Name, "rule") {
			rules = append(rules, f)
		} else {
			p.Note(f.Line, elementIgnored, f.Name, e.Name)
		}
	}
	return rules
}

// rule reads a rule. If it is the parent rule of another one, that is of.
func (p *parser) rule(e *hadoop.Element, of *placementRule) *placementRule {
	create := e.Attrs["create"]
	r := &placementRule{name: e.Attrs["name"], create: create == "" || strings.EqualFold(create, "true")}
	switch r.name {
	case "user", "specified":
	case "reject", "nestedUserQueue":
		if of != nil {
			p.Fail(e.Line, "expected another parent rule of %q than %q", of.name, r.name)
		}
	case "default":
		r.queue = e.Attrs["queue"]
		if !isQueueName(r.queue) {
			p.Note(e.Line, queueNameInvalid, r.queue)
			r.queue = ""
		}
		r.queue = rooted(cmp.Or(r.queue, "default"))
	case "primaryGroup", "secondaryGroupExistingQueue":
		p.Note(e.Line, hadoop.GroupsNotModeled, r.name)
	default:
		p.Fail(e.Line, "expected the name of a rule (specified, user, nestedUserQueue, primaryGroup, secondaryGroupExistingQueue, default, reject), found %q", r.name)
	}
	for _, f := range p.ruleElements(e) {
		if of != nil {
			p.Note(f.Line, nestedRuleIgnored)
			continue
		}
		if r.parent != nil {
			p.Note(f.Line, parentRuleIgnored, r.name)
		}
		r.parent = p.rule(f, r)
	}
	switch {
	case r.name == "nestedUserQueue" && r.parent == nil:
		p.Fail(e.Line, "expected a parent rule in nestedUserQueue, found none")
	case r.parent == nil:
	case r.name == "default" || r.name == "specified" || r.name == "reject":
		p.Fail(e.Line, "expected no rule inside %q", r.name)
	case r.parent.name == r.name, r.parent.name == "user" && r.name == "nestedUserQueue":
		p.Fail(e.Line, "expected another parent rule of %q than %q", r.name, r.parent.name)
	}
	return r
}

// isQueueName reports whether YARN accepts the name of a queue, with its parents'
// names.
func isQueueName(name string) bool {
	return name == strings.TrimSpace(name) && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".")
}

// place finds the queue of an application. Without rules in the file an application
// goes to the queue that it names, else to a queue of its user, else to root.default.
func (s *Scheduler) place(a scheduler.App) (path string, err error) {
	rules, create := s.config.rules, s.config.undeclaredQueues
	if rules == nil {
		rules = append(rules, &placementRule{name: "specified", create: create})
		if s.config.userAsDefaultQueue {
			rules = append(rules, &placementRule{name: "user", create: create})
		}
		if !s.config.userAsDefaultQueue || !create {
			rules = append(rules, &placementRule{name: "default", create: true, queue: "root.default"})
		}
	}
	for _, r := range rules {
		path, err := s.follow(r, a)
		if err != nil {
			return "", fmt.Errorf("application %d of user %q: %w", a.ID, a.User, err)
		}
		if path != "" {
			return path, nil
		}
	}
	return "", fmt.Errorf("application %d of user %q for queue %q: rejected by the placement rules", a.ID, a.User, a.Queue)
}

// follow is the queue that a rule finds, or "".
func (s *Scheduler) follow(r *placementRule, a scheduler.App) (string, error) {
	path := r.queue
	switch r.name {
	case "specified":
		if !isQueueName(a.Queue) {
			return "", fmt.Errorf("%q is not a queue's name", a.Queue)
		}
		if a.Queue == "" || a.Queue == "default" {
			return "", nil
		}
		path = rooted(a.Queue)
	case "user", "nestedUserQueue":
		user := strings.ReplaceAll(strings.TrimSpace(a.User), ".", "_dot_")
		path = rooted(user)
		if r.parent != nil {
			above, err := s.follow(r.parent, a)
			if err != nil || above == "" {
				return "", err
			}
			if q := s.queue(above); q != nil && q.leaf {
				return "", nil
			}
			path = above + "." + user
		}
	case "primaryGroup":
		return "", fmt.Errorf("the rule primaryGroup places by group, and users have no groups here")
	case "secondaryGroupExistingQueue", "reject":
		return "", nil
	}
	if q := s.queue(path); r.create || q != nil && q.declared {
		return path, nil
	}
	return "", nil
}
