package sweep

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"dynalloc/policies"
)

// Bounds of a plan.
const (
	MostCells    = 1_000_000
	mostText     = 1 << 20 // bytes
	mostReplicas = 10_000
	mostParsed   = 10_000
	mostSeed     = math.MaxUint32 // because a replica's seed has the number of the replica above it
)

// A Plan is what to replay: every combination of its axes is a cell. It holds the axes and
// not the cells, which have numbers from 0 to Size - 1.
type Plan struct {
	name     string // in errors
	policies []template
	starts   []int // the number of the first policy of each template, and at the end that of all policies
	replicas numbers
	loads    []Load
	seeds    numbers
	windows  []Window
	parse    func(text string) (Policy, error)
	parsed   []Policy // the first ones, up to mostParsed
}

// A Policy is a policy of a plan, with what it depends on besides its text.
type Policy struct {
	Fleet policies.Fleet
	Files string // what the content of the files that it names depends on, such as their hashes
}

// A Cell is one replay of a plan.
type Cell struct {
	Number  int
	Policy  string // its text in the plan, with one value of each list
	Replica int    // 0: the workload as it is
	Load    Load
	Seed    int
	Window  Window

	policy int // its number
}

func (c Cell) String() string {
	return fmt.Sprintf("cell %d (%s, replica %d, load %s, seed %d, window %s)", c.Number, c.Policy, c.Replica, c.Load, c.Seed, c.Window)
}

// Axes are the words with which the lines of a plan begin.
var Axes = []string{"policy", "replica", "load", "seed", "window"}

// ReadPlan reads a plan. Each line is an axis and its values, separated by blanks; a line of
// policies has one, in which values may be lists (a|b). What follows # is a comment. Lines of
// one axis add up, and an axis without a line has one value: replica 0, load 1, seed 1, all
// of the workload. parse makes a policy of its text. An error begins with the name and the
// line; without a name, for what is no file, with neither.
func ReadPlan(r io.Reader, name string, parse func(text string) (Policy, error)) (*Plan, error) {
	p := &Plan{parse: parse, name: name}
	text, err := io.ReadAll(io.LimitReader(r, mostText+1))
	if err != nil {
		return nil, p.at(0, err)
	}
	if len(text) > mostText || !utf8.Valid(text) {
		return nil, p.at(0, fmt.Errorf("expected a plan: text in UTF-8 of at most %d bytes, with lines such as \"policy spark,idle=10s|60s\"", mostText))
	}
	lines, number := bufio.NewScanner(strings.NewReader(string(text))), 0
	lines.Buffer(nil, mostText+1)
	for lines.Scan() {
		number++
		if err := p.line(lines.Text(), number); err != nil {
			return nil, p.at(number, err)
		}
	}
	return p, p.complete()
}

// at is an error with its place.
func (p *Plan) at(line int, err error) error {
	switch {
	case p.name == "":
		return err
	case line == 0:
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return fmt.Errorf("%s:%d: %w", p.name, line, err)
}

func (p *Plan) line(text string, number int) error {
	if i := strings.Index(" "+text, " #"); i >= 0 {
		text = text[:max(i-1, 0)]
	}
	text = strings.TrimSpace(text)
	axis, values, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	if axis == "" {
		return nil
	}
	return p.Add(axis, values, number)
}

// Add adds values to an axis; line is where they are written.
func (p *Plan) Add(axis, values string, line int) error {
	values = strings.TrimSpace(values)
	if !slices.Contains(Axes, axis) {
		return fmt.Errorf("%q: expected one of %s, and values", axis, strings.Join(Axes, ", "))
	}
	if values == "" {
		return fmt.Errorf("%s: expected values after it", axis)
	}
	if axis == "policy" {
		t, err := parseTemplate(values, line)
		p.policies = append(p.policies, t)
		return err
	}
	for word := range strings.FieldsSeq(values) {
		if err := p.addWord(axis, word); err != nil {
			return fmt.Errorf("%s %s: %w", axis, word, err)
		}
	}
	return nil
}

func (p *Plan) addWord(axis, word string) (err error) {
	switch axis {
	case "replica":
		return p.replicas.add(word, mostReplicas-1)
	case "seed":
		return p.seeds.add(word, mostSeed)
	case "load":
		p.loads, err = addOnce(p.loads, word, parseLoad)
	case "window":
		p.windows, err = addOnce(p.windows, word, parseWindow)
	}
	return err
}

func addOnce[T comparable](list []T, word string, parse func(string) (T, error)) ([]T, error) {
	v, err := parse(word)
	if err == nil && slices.Contains(list, v) {
		err = fmt.Errorf("it is given twice")
	}
	return append(list, v), err
}

// complete gives the axes without values one, and checks the plan as a whole.
func (p *Plan) complete() error {
	if p.replicas == nil {
		p.replicas = numbers{{0, 0}}
	}
	if p.seeds == nil {
		p.seeds = numbers{{1, 1}}
	}
	if p.loads == nil {
		p.loads = []Load{1}
	}
	if p.windows == nil {
		p.windows = []Window{{}}
	}
	p.starts = []int{0}
	for i := range p.policies {
		p.starts = append(p.starts, min(p.starts[i]+min(p.policies[i].size(), MostCells+1), MostCells+1))
	}
	switch n := p.Size(); {
	case n == 0:
		return p.at(0, errors.New(`no policy is given: expected one such as "policy spark,idle=10s|60s"`))
	case n > MostCells:
		return p.at(0, fmt.Errorf("the plan has more than %d cells: divide it", MostCells))
	}
	seen := map[string]int{} // the line of a name
	for i := range p.policyCount() {
		text, line := p.policyText(i)
		policy, err := p.parse(text)
		if err == nil {
			if i < mostParsed {
				p.parsed = append(p.parsed, policy)
			}
			if first, twice := seen[policy.Fleet.Name]; twice {
				err = fmt.Errorf("policy %s: another one has this name (line %d): leave one out, or give one another name, as in NAME:%s", policy.Fleet.Name, first, text)
			}
			seen[policy.Fleet.Name] = line
		}
		if err != nil {
			return p.at(line, err)
		}
	}
	return nil
}

func (p *Plan) policyCount() int { return p.starts[len(p.policies)] }

// policyText is the text of the policy with a number, and its line.
func (p *Plan) policyText(i int) (text string, line int) {
	k, _ := slices.BinarySearch(p.starts, i+1)
	t := &p.policies[k-1]
	return t.text(i - p.starts[k-1]), t.line
}

// policy is the policy with a number.
func (p *Plan) policy(i int) (Policy, error) {
	if i < len(p.parsed) {
		return p.parsed[i], nil
	}
	text, _ := p.policyText(i)
	return p.parse(text)
}

// Size is the number of cells.
func (p *Plan) Size() int {
	n := p.policyCount()
	for _, axis := range []int{p.replicas.size(), p.seeds.size(), len(p.loads), len(p.windows)} {
		n = times(n, axis)
	}
	return n
}

// Cell is the cell with a number. Policies change fastest, then replicas, seeds, loads and
// windows, so that neighbors share the workload that they replay.
func (p *Plan) Cell(number int) Cell {
	rest := number
	next := func(size int) int {
		i := rest % size
		rest /= size
		return i
	}
	c := Cell{Number: number}
	c.policy = next(p.policyCount())
	c.Policy, _ = p.policyText(c.policy)
	c.Replica = p.replicas.at(next(p.replicas.size()))
	c.Seed = p.seeds.at(next(p.seeds.size()))
	c.Load = p.loads[next(len(p.loads))]
	c.Window = p.windows[next(len(p.windows))]
	return c
}
