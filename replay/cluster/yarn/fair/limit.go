package fair

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// A limit is a fixed resource, or parts of the cluster's memory and cores from 0 to 1.
type limit struct {
	parts         bool
	fixed         scheduler.Resource
	memory, cores float64 // if parts
}

func (l limit) of(cluster scheduler.Resource) scheduler.Resource {
	if !l.parts {
		return l.fixed
	}
	return scheduler.NewResource(scheduler.Truncate(float64(cluster.MemoryMB)*l.memory), int(scheduler.Truncate(float64(cluster.Cores)*l.cores)))
}

var (
	percentage = regexp.MustCompile(`^(-?\d+(?:\.\d*)?)\s*%\s*(memory|cpu)?$`)
	amount     = regexp.MustCompile(`^(-?\d+)(?:\.\d*)?\s*(mb|vcores)`)
	amounts    = regexp.MustCompile(`-?\d+(?:\.\d*)?\s*[a-z]+\s*`)
)

// limit reads a resource. YARN has three forms of it: "memory-mb=4096, vcores=2",
// also with %; "50%" or "50% memory, 20% cpu"; "4096 mb, 2 vcores". If upper is true
// a kind of resource that is not given is unlimited, else it is zero.
//
// Source: FairSchedulerConfiguration.parseResourceConfigValue.
func (p *parser) limit(e *hadoop.Element, upper bool) limit {
	text := strings.ToLower(p.value(e))
	values := javaSplit(text, ",")
	switch {
	case strings.Contains(text, "="):
		return p.namedLimit(e, upper)
	case strings.Contains(text, "%") && len(values) == 1:
		part := p.component(e, values, percentage, "") / 100
		return limit{parts: true, memory: part, cores: part}
	case strings.Contains(text, "%"):
		memory, cores := p.component(e, values, percentage, "memory"), p.component(e, values, percentage, "cpu")
		return limit{parts: true, memory: memory / 100, cores: cores / 100}
	case len(values) != 2:
		values = amounts.FindAllString(text, -1) // without a comma
	}
	memory, cores := p.component(e, values, amount, "mb"), p.component(e, values, amount, "vcores")
	if len(values) != 2 || max(memory, cores) > math.MaxInt32 {
		p.failLimit(e)
	}
	return limit{fixed: scheduler.NewResource(int64(memory), int(cores))}
}

// namedLimit reads the form "memory-mb=4096, vcores=2" or "memory-mb=50%, vcores=20%".
func (p *parser) namedLimit(e *hadoop.Element, upper bool) limit {
	text := p.value(e)
	l := limit{parts: strings.Contains(text, "%"), memory: 1, cores: 1}
	if upper && !l.parts {
		l.fixed = scheduler.NewResource(math.MaxInt64, -1) // YARN 3.4 truncates "no limit" of cores to -1
	}
	for _, pair := range javaSplit(text, ",") {
		parts := javaSplit(pair, "=")
		if len(parts) != 2 {
			p.failLimit(e)
		}
		name, value := strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1])
		part, n := 0.0, int64(0)
		if l.parts {
			part = p.component(e, []string{value}, percentage, "") / 100
		} else {
			var err error
			if n, err = strconv.ParseInt(value, 10, 64); err != nil || n < 0 {
				p.failLimit(e)
			}
		}
		switch name {
		case "memory-mb":
			l.memory, l.fixed.MemoryMB = part, n
		case "vcores":
			l.cores, l.fixed.Cores = part, int(min(n, math.MaxInt32))
		default:
			p.failLimit(e)
		}
	}
	if upper && !l.parts && l.fixed.Cores < 0 {
		p.Note(e.Line, coresNotGiven, e.Name)
	}
	return l
}

// component finds the first value that contains a unit, and returns its number. The
// form matches the number and the unit.
func (p *parser) component(e *hadoop.Element, values []string, form *regexp.Regexp, unit string) float64 {
	if i := slices.IndexFunc(values, func(s string) bool { return strings.Contains(s, unit) }); i >= 0 {
		if m := form.FindStringSubmatch(strings.TrimSpace(values[i])); m != nil && m[2] == unit {
			if x, err := strconv.ParseFloat(m[1], 64); err == nil && x >= 0 {
				return x
			}
		}
	}
	p.failLimit(e)
	return 0
}

func (p *parser) failLimit(e *hadoop.Element) {
	p.Fail(e.Line, "expected in <%s> a resource like \"4096 mb, 2 vcores\", \"50%%\" or \"memory-mb=4096, vcores=2\", found %q", e.Name, p.value(e))
}

// javaSplit splits as Java's String.split does: without empty strings at the end.
func javaSplit(s, sep string) []string {
	parts := strings.Split(s, sep)
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}
