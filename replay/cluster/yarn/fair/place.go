package fair

import (
	"fmt"
	"strings"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A fairRule is a rule of the queue placement policy.
//
// Source: QueuePlacementPolicy and org.apache.hadoop...resourcemanager.placement.
type placementRule struct {
	name   string
	create bool
	queue  string         // of the rule default
	parent *placementRule // whose queue the user's or group's queue is in
}

// terminal says whether the rule places all that reach it.
func (r *placementRule) terminal() bool {
	t := false
	switch r.name {
	case "reject":
		t = true
	case "user", "nestedUserQueue", "default", "primaryGroup":
		t = r.create
	}
	return t && (r.parent == nil || r.parent.terminal())
}

// placement takes in the rules.
func (p *parser) placement(e *hadoop.Element) {
	var rules []*placementRule
	for _, f := range e.Children {
		if !strings.EqualFold(f.Name, "rule") {
			p.Note(f.Line, elementIgnored, f.Name, e.Name)
			continue
		}
		if len(rules) > 0 && rules[len(rules)-1].terminal() {
			p.Fail(f.Line, "expected no rule after %q, which places all applications", rules[len(rules)-1].name)
		}
		rules = append(rules, p.rule(f, nil))
	}
	if len(rules) == 0 {
		if len(e.Children) == 0 && e.Text == "" {
			p.Fail(e.Line, "expected a <rule> in <queuePlacementPolicy>, found none")
		}
		return
	}
	if last := rules[len(rules)-1]; !last.terminal() {
		p.Fail(e.Line, "expected a last rule that places all applications, like reject or default, found %q", last.name)
	}
	p.c.rules = rules
}

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
		if r.queue == "" {
			r.queue = "default"
		}
		r.queue = rooted(r.queue)
	case "primaryGroup", "secondaryGroupExistingQueue":
		p.Note(e.Line, hadoop.GroupsNotModeled, r.name)
	default:
		p.Fail(e.Line, "expected the name of a rule (specified, user, nestedUserQueue, primaryGroup, secondaryGroupExistingQueue, default, reject), found %q", r.name)
	}
	for _, f := range e.Children {
		if !strings.EqualFold(f.Name, "rule") {
			p.Note(f.Line, elementIgnored, f.Name, e.Name)
			continue
		}
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
	case r.class() == r.parent.class():
		p.Fail(e.Line, "expected another parent rule of %q than %q", r.name, r.parent.name)
	}
	return r
}

// class is what a rule does: two names mean the same.
func (r *placementRule) class() string {
	if r.name == "nestedUserQueue" {
		return "user"
	}
	return r.name
}

// isQueueName says whether YARN takes a queue's name, with its parents'.
func isQueueName(name string) bool {
	return name == trimQueue(name) && !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".")
}

// place finds the queue of an application.
func (s *Scheduler) place(a scheduler.App) (string, error) {
	rules := s.conf.rules
	if rules == nil {
		rules = append(rules, &placementRule{name: "specified", create: s.conf.undeclared})
		if s.conf.userAsDefault {
			rules = append(rules, &placementRule{name: "user", create: s.conf.undeclared})
		}
		if !s.conf.userAsDefault || !s.conf.undeclared {
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
		user := strings.ReplaceAll(trimQueue(a.User), ".", "_dot_")
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
