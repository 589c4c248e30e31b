package kubernetes

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/tools/txtar"

	"dynalloc/internal/golden"
	"dynalloc/internal/spark"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// TestCases plays the cases in testdata/cases. Each is from the public documentation of
// Kubernetes, Spark, Kueue, YuniKorn or the cluster autoscaler: it has what the document
// says and where, a cluster, and a script. Whoever changes a golden file in
// testdata/happens compares it with the document.
func TestCases(t *testing.T) {
	for _, name := range caseNames(t) {
		t.Run(name, func(t *testing.T) {
			file := readCase(t, name)
			golden.Check(t, filepath.Join("happens", name+".txt"), []byte(file.play(t)))
		})
	}
}

// TestThereAreEnoughCases checks that there are many cases, each with its source.
func TestThereAreEnoughCases(t *testing.T) {
	names := caseNames(t)
	if len(names) < 25 {
		t.Errorf("%d cases; expected at least 25", len(names))
	}
	for _, name := range names {
		if c := readCase(t, name); !strings.HasPrefix(c.source, "https://") || c.title == "" || c.says == "" {
			t.Errorf("%s: title, source and what the document says are expected", name)
		}
	}
}

// TestDocumentListsTheCases keeps the table in docs/KUBERNETES.md.
func TestDocumentListsTheCases(t *testing.T) {
	var table strings.Builder
	table.WriteString("| case | source |\n|---|---|\n")
	for _, name := range caseNames(t) {
		c := readCase(t, name)
		fmt.Fprintf(&table, "| [%s](../replay/cluster/kubernetes/testdata/cases/%s.txtar) | [%s](%s) |\n", c.title, name, c.document(), c.source)
	}
	text, err := os.ReadFile("../../../docs/KUBERNETES.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), table.String()) {
		t.Errorf("docs/KUBERNETES.md does not hold this table of the cases:\n%s", table.String())
	}
}

func caseNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for i := range files {
		files[i] = strings.TrimSuffix(filepath.Base(files[i]), ".txtar")
	}
	return files
}

// A documented is one case.
type documented struct {
	title, source, says string
	nodes, options, run string
}

// document is the source's page.
func (c *documented) document() string {
	page := strings.TrimPrefix(c.source, "https://")
	page, _, _ = strings.Cut(page, "#")
	parts := strings.Split(strings.Trim(page, "/"), "/")
	return parts[0] + ": " + strings.TrimSuffix(parts[len(parts)-1], ".html")
}

func readCase(t *testing.T, name string) *documented {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", "cases", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var c documented
	head := strings.SplitN(string(a.Comment), "\n", 3)
	if len(head) < 3 {
		t.Fatalf("%s: expected a title, a source, and what the document says", name)
	}
	c.title, c.source, c.says = head[0], strings.TrimSpace(strings.TrimPrefix(head[1], "source:")), strings.TrimSpace(head[2])
	for _, f := range a.Files {
		switch text := string(f.Data); f.Name {
		case "nodes":
			c.nodes = text
		case "options":
			c.options = text
		case "run":
			c.run = text
		default:
			t.Fatalf("%s: unknown part %s", name, f.Name)
		}
	}
	return &c
}

// play runs a case and writes down what the manager does.
func (c *documented) play(t *testing.T) string {
	t.Helper()
	var o Options
	if err := yaml.UnmarshalWithOptions([]byte(c.options), &o, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	p := player{t: t, apps: map[string]int{}, asks: map[int][]int{}}
	var err error
	if p.m, err = New(o, p.readNodes(c.nodes), 1); err != nil {
		return Note + "\nrefused: " + err.Error() + "\n"
	}
	p.line("%s", Note)
	p.read(c.run)
	p.play()
	return p.out.String()
}

// A player sends a manager the events of a script, and those that an engine would.
type player struct {
	t     *testing.T
	m     *Manager
	out   strings.Builder
	names []string       // of the applications, by index
	apps  map[string]int // index by name
	asks  map[int][]int  // totals by profile that wait for the registration, by application
	there map[int]bool   // registered
	steps []step
	until time.Duration
	waits map[int]int // pending pods, by application
}

type step struct {
	at    time.Duration
	words []string
}

func (p *player) line(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

// readNodes reads lines such as "2x cores=8 memory=32g pool=spot".
func (p *player) readNodes(text string) []manager.Node {
	p.t.Helper()
	var nodes []manager.Node
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(line)
		count, err := strconv.Atoi(strings.TrimSuffix(words[0], "x"))
		n := manager.Node{Name: fmt.Sprint("node-", len(nodes))}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "cores":
				n.Cores, err = strconv.Atoi(value)
			case "memory":
				n.MemoryMB, err = spec.ParseMiB(value)
			case "pool":
				n.Label = value
			}
			if err != nil {
				p.t.Fatal(line, err)
			}
		}
		for range count {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

func (p *player) read(text string) {
	p.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(line)
		at, err := time.ParseDuration(words[0])
		if err != nil {
			p.t.Fatal(line, err)
		}
		if words[1] == "end" {
			p.until = at
			continue
		}
		p.steps = append(p.steps, step{at, words[1:]})
	}
}

// play goes from instant to instant.
func (p *player) play() {
	p.there, p.waits = map[int]bool{}, map[int]int{}
	for {
		at := p.m.Next()
		if len(p.steps) > 0 {
			at = min(at, p.steps[0].at)
		}
		if at > p.until {
			return
		}
		for len(p.steps) > 0 && p.steps[0].at == at {
			p.tell(at, p.steps[0].words)
			p.steps = p.steps[1:]
		}
		for told := true; told; {
			told = p.act(at, p.m.Serve(at))
		}
		p.count(at)
	}
}

// count writes down how many pods of each application are pending, where that
// has changed.
func (p *player) count(at time.Duration) {
	for _, a := range p.m.apps {
		n := 0
		for _, x := range append(slices.Clone(a.pods), a.driver) {
			if x != nil && x.pending() {
				n++
			}
		}
		if n != p.waits[a.Index] {
			p.waits[a.Index] = n
			p.line("%8s  %s: %d pending", short(at), a.ID, n)
		}
	}
}

// tell is one line of the script: "submit NAME key=value...", "ask NAME TOTAL
// [PROFILE]", "exit NAME CONTAINER", "finish NAME", "lose NODE", "restore NODE".
func (p *player) tell(at time.Duration, words []string) {
	p.t.Helper()
	number := func(i int) int {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			p.t.Fatal(words, err)
		}
		return n
	}
	switch words[0] {
	case "submit":
		a := p.app(words[1:])
		err := p.m.Fits(a)
		if a.Properties["spark.shuffle.service.enabled"] == "true" {
			err = ErrShuffleService
		}
		if err != nil {
			p.line("%8s  %s is refused: %v", short(at), a.ID, err)
			return
		}
		p.m.Observe(manager.Event{At: at, Kind: manager.AppSubmitted, App: a.Index, Submitted: &a})
		if !p.m.RunsDriver(a) {
			p.register(at, a.Index)
		}
	case "ask":
		i, profile := p.apps[words[1]], 0
		if len(words) > 3 {
			profile = number(3)
		}
		if p.there[i] {
			p.m.Observe(manager.Event{At: at, Kind: manager.TotalAsked, App: i, Profile: profile, Total: number(2)})
			return
		}
		p.asks[i] = append(p.asks[i], profile, number(2))
	case "exit":
		p.m.Observe(manager.Event{At: at, Kind: manager.ExecutorExited, App: p.apps[words[1]], Container: number(2)})
	case "finish":
		p.m.Observe(manager.Event{At: at, Kind: manager.AppFinished, App: p.apps[words[1]]})
	case "lose":
		p.m.Observe(manager.Event{At: at, Kind: manager.NodeLost, Node: number(1)})
	case "restore":
		p.m.Observe(manager.Event{At: at, Kind: manager.NodeRestored, Node: number(1)})
	default:
		p.t.Fatalf("unknown step %q", words)
	}
}

func (p *player) register(at time.Duration, i int) {
	p.there[i] = true
	p.m.Observe(manager.Event{At: at, Kind: manager.AppRegistered, App: i})
	for asks := p.asks[i]; len(asks) > 0; asks = asks[2:] {
		p.m.Observe(manager.Event{At: at, Kind: manager.TotalAsked, App: i, Profile: asks[0], Total: asks[1]})
	}
}

func (p *player) app(words []string) manager.App {
	p.t.Helper()
	a := manager.App{Index: len(p.names), ID: words[0], Name: words[0], Class: words[0], Properties: spark.Properties{}}
	x := manager.Profile{Cores: 1, TaskCPUs: 1, HeapMB: 1024, OverheadMB: 0}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "class":
			a.Class = value
		case "queue":
			a.Queue = value
		case "version":
			a.Version = spark.ParseVersion(value)
		case "cores":
			x.Cores, err = strconv.Atoi(value)
		case "memory":
			x.HeapMB, err = spec.ParseMiB(value)
		default:
			a.Properties[key] = value
		}
		if err != nil {
			p.t.Fatal(words, err)
		}
	}
	a.Driver = spark.Kubernetes.DriverSize(a.Properties, a.Version)
	a.Profiles = []manager.Profile{x, x}
	p.names = append(p.names, a.ID)
	p.apps[a.ID] = a.Index
	return a
}

// act writes down actions, those alike in one line, and registers the drivers
// that were placed.
func (p *player) act(at time.Duration, actions []manager.Action) (told bool) {
	for i := 0; i < len(actions); {
		act := actions[i]
		j := i + 1
		for j < len(actions) && actions[j].Kind == act.Kind && actions[j].App == act.App && actions[j].Why == act.Why &&
			(act.Kind == manager.PlaceExecutor || act.Kind == manager.Preempt) {
			j++
		}
		var containers, nodes []string
		for _, x := range actions[i:j] {
			containers, nodes = append(containers, strconv.Itoa(x.Container)), append(nodes, strconv.Itoa(x.Node))
		}
		i = j
		who := ""
		if act.Kind <= manager.Preempt {
			who = p.names[act.App]
		}
		switch act.Kind {
		case manager.PlaceDriver:
			p.line("%8s  %s: driver on node %d", short(at), who, act.Node)
			p.register(at, act.App)
			told = true
		case manager.PlaceExecutor:
			p.line("%8s  %s: executor %s on node %s", short(at), who, strings.Join(containers, " "), strings.Join(nodes, " "))
		case manager.Preempt:
			p.line("%8s  %s: executor %s taken: %s", short(at), who, strings.Join(containers, " "), act.Why)
		case manager.NodeUp:
			p.line("%8s  node %d comes", short(at), act.Node)
		case manager.NodeDown:
			p.line("%8s  node %d goes", short(at), act.Node)
		case manager.Announce:
			p.line("%8s  node %d is announced to go", short(at), act.Node)
		}
	}
	return told
}

func short(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s" }
