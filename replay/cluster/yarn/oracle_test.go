package yarn

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"dynalloc/internal/differential"
	"dynalloc/replay/cluster/yarn/capacity"
	"dynalloc/replay/cluster/yarn/fair"
	"dynalloc/replay/cluster/yarn/fifo"
	"dynalloc/replay/cluster/yarn/hadoop"
	"dynalloc/replay/cluster/yarn/scheduler"
)

var (
	yarnClasses   = flag.String("yarn", "", "class path of an installed Hadoop and of Script.java: play scenarios through it")
	yarnScenarios = flag.Int("scenarios", 10000, "how many scenarios to play through YARN")
	yarnSeed      = flag.Uint64("seed", 1, "seed of the first scenario; the others follow")
	yarnKind      = flag.String("kind", "", "the only scheduler to compare: capacity, fair or fifo")
	yarnRecord    = flag.Int("record", 0, "how many of the scenarios to record in testdata/oracle")
)

// Files with the answers of YARN's own classes: to random scenarios, and to scenarios that
// once came out differently, as small as they could be made.
const (
	recordedFile = "testdata/oracle/random-3.4.2.txt.gz"
	keptFile     = "testdata/oracle/kept-3.4.2.txt"
)

// A scenario is a cluster's files and a script of what happens to it.
type scenario struct {
	id    string
	files []scriptFile // the script is the last
	want  []string     // of a recorded scenario: what YARN answered
}

type scriptFile struct {
	name  string
	lines []string
}

const (
	siteName     = "yarn-site.xml"
	capacityName = "capacity-scheduler.xml"
	fairName     = "fair-scheduler.xml"
	scriptName   = "script"
	answersName  = "answers"
)

func (s scenario) file(name string) ([]string, bool) {
	for _, f := range s.files {
		if f.name == name {
			return f.lines, true
		}
	}
	return nil, false
}

func (s scenario) kind() string {
	if _, ok := s.file(capacityName); ok {
		return "capacity"
	}
	if _, ok := s.file(fairName); ok {
		return "fair"
	}
	return "fifo"
}

// String is the scenario as Script.java reads it.
func (s scenario) String() string {
	var b strings.Builder
	for _, f := range s.files {
		fmt.Fprintf(&b, "-- %s --\n", f.name)
		for _, line := range f.lines {
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}

// recorded is the scenario with its answers, as golden files hold it.
func (s scenario) recorded() string {
	all := s
	all.files = append(slices.Clone(s.files), scriptFile{answersName, s.want})
	return "== " + s.id + "\n" + all.String()
}

func parseScenarios(text string) []scenario {
	var all []scenario
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if id, ok := strings.CutPrefix(line, "== "); ok {
			all = append(all, scenario{id: id})
			continue
		}
		s := &all[len(all)-1]
		if name, ok := strings.CutPrefix(line, "-- "); ok {
			s.files = append(s.files, scriptFile{name: strings.TrimSuffix(name, " --")})
			continue
		}
		f := &s.files[len(s.files)-1]
		f.lines = append(f.lines, line)
	}
	for i := range all {
		s := &all[i]
		last := len(s.files) - 1
		s.want = s.files[last].lines
		s.files = s.files[:last]
	}
	return all
}

// scheduler makes the scenario's scheduler from its files.
func (s scenario) scheduler() (scheduler.Scheduler, error) {
	part := func(name string) hadoop.File {
		lines, ok := s.file(name)
		if !ok {
			return hadoop.File{}
		}
		return text(name, strings.Join(lines, "\n"))
	}
	switch s.kind() {
	case "capacity":
		c, _, err := capacity.Read(part(capacityName), part(siteName))
		if err != nil {
			return nil, err
		}
		return capacity.New(c, s.sharedLabels()...), nil
	case "fair":
		c, _, err := fair.Read(part(fairName), part(siteName))
		if err != nil {
			return nil, err
		}
		return fair.New(c), nil
	default:
		c, _, err := fifo.Read(part(siteName))
		if err != nil {
			return nil, err
		}
		return fifo.New(c), nil
	}
}

// sharedLabels are the labels of nodes whose idle resources others may use.
func (s scenario) sharedLabels() []string {
	var shared []string
	script, _ := s.file(scriptName)
	for _, line := range script {
		w := strings.Fields(line)
		if len(w) == 6 && w[1] == "node" {
			if label, ok := strings.CutSuffix(w[5], ":shared"); ok && !slices.Contains(shared, label) {
				shared = append(shared, label)
			}
		}
	}
	return shared
}

// answers plays the scenario through this package's scheduler.
func (s scenario) answers() (answers []string) {
	sched, err := s.scheduler()
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	p := player{Scheduler: sched, nodes: map[int]bool{}, apps: map[int]*playedApp{}, live: map[int]playedContainer{}}
	defer func() {
		if r := recover(); r != nil {
			answers = append(p.answers, fmt.Sprintf("panic: %v", r))
		}
	}()
	script, _ := s.file(scriptName)
	for _, line := range script {
		p.command(strings.Fields(line))
	}
	return p.answers
}

// A player does with a scheduler what Script.java does with YARN's.
type player struct {
	scheduler.Scheduler
	now     time.Duration
	words   []string
	nodes   map[int]bool
	apps    map[int]*playedApp
	live    map[int]playedContainer
	answers []string
}

type playedApp struct {
	master bool
	held   [][]string // asked before the master was there
}

type playedContainer struct {
	app, node int
	master    bool
}

func (p *player) answer(format string, args ...any) {
	p.answers = append(p.answers, strconv.FormatInt(p.now.Milliseconds(), 10)+" "+
		strings.Join(p.words[1:min(3, len(p.words))], " ")+": "+fmt.Sprintf(format, args...))
}

func (p *player) word(i int) int {
	n, err := strconv.Atoi(p.words[i])
	if err != nil {
		panic(err)
	}
	return n
}

func (p *player) command(words []string) {
	p.words = words
	p.now = time.Duration(p.word(0)) * time.Millisecond
	switch words[1] {
	case "node":
		n := scheduler.Node{ID: p.word(2), Total: scheduler.NewResource(int64(p.word(3)), p.word(4))}
		if len(words) > 5 {
			n.Label, _, _ = strings.Cut(words[5], ":")
		}
		p.nodes[n.ID] = true
		p.AddNode(p.now, n)
	case "lose":
		p.lose()
	case "submit":
		a := scheduler.App{ID: p.word(2), Queue: words[3], User: words[4], Priority: p.word(5), Master: scheduler.NewResource(int64(p.word(7)), p.word(8))}
		if words[6] != "-" {
			a.Label = words[6]
		}
		if err := p.Submit(p.now, a); err != nil {
			p.answer("refused")
			return
		}
		p.apps[a.ID] = &playedApp{}
	case "ask":
		p.ask()
	case "update":
		p.update()
	case "complete":
		if c, ok := p.live[p.word(2)]; ok && !c.master {
			delete(p.live, p.word(2))
			p.Complete(p.now, p.word(2))
		}
	case "finish":
		p.finish(p.word(2))
	case "preempt":
		kills := p.Preempt(p.now)
		slices.SortFunc(kills, func(a, b scheduler.Kill) int {
			if a.Now != b.Now {
				return map[bool]int{true: -1, false: 1}[a.Now]
			}
			return cmp.Compare(a.Container, b.Container)
		})
		for _, k := range kills {
			verb := "mark"
			if k.Now {
				verb = "kill"
				delete(p.live, k.Container)
			}
			p.answer("%s container %d of app %d", verb, k.Container, k.App)
		}
	case "shares":
		shares := p.Scheduler.(*fair.Scheduler).Shares()
		slices.SortFunc(shares, func(a, b fair.Share) int { return cmp.Compare(a.Queue, b.Queue) })
		for _, q := range shares {
			p.answer("%s %d MB, %d cores", q.Queue, q.Fair.MemoryMB, q.Fair.Cores)
		}
	default:
		panic("no such verb: " + words[1])
	}
}

func (p *player) ask() {
	app := p.apps[p.word(2)]
	switch {
	case app == nil:
	case !app.master:
		app.held = append(app.held, p.words)
	default:
		p.Ask(p.now, p.word(2), scheduler.Request{Priority: p.word(3), Size: scheduler.NewResource(int64(p.word(4)), p.word(5)), Count: p.word(6)})
	}
}

func (p *player) update() {
	if !p.nodes[p.word(2)] {
		return
	}
	var begun []*playedApp
	for _, a := range slices.Clone(p.NodeUpdate(p.now, p.word(2))) {
		if a.Reserved {
			p.answer("reserved for app %d, priority %d, %d MB, %d cores", a.App, a.Priority, a.Size.MemoryMB, a.Size.Cores)
			continue
		}
		p.live[a.Container] = playedContainer{app: a.App, node: a.Node, master: a.Master}
		master := ""
		if a.Master {
			master = ", master"
			p.apps[a.App].master = true
			begun = append(begun, p.apps[a.App])
		}
		p.answer("container %d to app %d, priority %d, %d MB, %d cores%s", a.Container, a.App, a.Priority, a.Size.MemoryMB, a.Size.Cores, master)
	}
	for _, app := range begun {
		for _, p.words = range app.held {
			p.ask()
		}
		app.held = nil
	}
}

func (p *player) finish(app int) {
	if p.apps[app] == nil {
		return
	}
	delete(p.apps, app)
	for id, c := range p.live {
		if c.app == app {
			delete(p.live, id)
		}
	}
	p.Finish(p.now, app)
}

func (p *player) lose() {
	node := p.word(2)
	if !p.nodes[node] {
		return
	}
	delete(p.nodes, node)
	var ended []int
	for id, c := range p.live {
		if c.node == node {
			delete(p.live, id)
			if c.master {
				ended = append(ended, c.app)
			}
		}
	}
	slices.Sort(ended)
	p.RemoveNode(p.now, node)
	for _, app := range ended {
		p.finish(app)
	}
}

// TestRecordedScenarios compares the schedulers with the answers of YARN's own classes to
// random scenarios. Who got which container where and in which order, what was reserved,
// and what was preempted must be the same line by line.
func TestRecordedScenarios(t *testing.T) {
	lines := map[string]int{}
	for _, s := range parseScenarios(differential.Recorded(t, recordedFile, keptFile)) {
		lines[s.kind()] += len(s.want)
		if got := s.answers(); !agree(s.want, got) {
			t.Errorf("scenario %s: YARN (-) and the %s scheduler here (+) differ:\n%s\n%s", s.id, s.kind(), gocmp.Diff(s.want, got), s)
		}
	}
	for _, kind := range []string{"capacity", "fair", "fifo"} {
		if lines[kind] < 1000 {
			t.Errorf("only %d answers of the %s scheduler are recorded: that shows too little", lines[kind], kind)
		}
	}
}

// TestYarn plays random scenarios through YARN's own classes; "make test-yarn"
// does it. A scenario that comes out differently is shrunk and written down.
func TestYarn(t *testing.T) {
	if *yarnClasses == "" {
		t.Skip("needs Hadoop's classes: run make test-yarn")
	}
	y := startYarn(t)
	defer y.Stop()
	var (
		recorded []scenario
		counts   = map[string]*tally{}
		wrong    = map[string]int{}
	)
	for seed := *yarnSeed; seed < *yarnSeed+uint64(*yarnScenarios); seed++ {
		s := newScenario(seed, *yarnKind)
		if wrong[s.kind()] >= 5 {
			continue
		}
		s.want = y.ask(s)
		n := counts[s.kind()]
		if n == nil {
			n = &tally{}
			counts[s.kind()] = n
		}
		n.add(s)
		if !agree(s.want, s.answers()) {
			wrong[s.kind()]++
			s = y.shrink(s)
			t.Errorf("YARN (-) and the %s scheduler here (+) differ:\n%s\n%s", s.kind(), gocmp.Diff(s.want, s.answers()), s.recorded())
			differential.Keep(t, keptFile, s.recorded())
		} else if len(recorded) < *yarnRecord {
			recorded = append(recorded, s)
		}
	}
	for _, kind := range []string{"capacity", "fair", "fifo"} {
		if n := counts[kind]; n != nil {
			fmt.Printf("%-8s %d scenarios, %d different: %s\n", kind, n.scenarios, wrong[kind], n)
		}
	}
	if *yarnRecord > 0 {
		var text strings.Builder
		for _, s := range recorded {
			text.WriteString(s.recorded())
		}
		differential.Record(t, recordedFile, text.String())
	}
}

// agree says whether answers are the same. A file that both refuse may be refused
// in different words.
func agree(want, got []string) bool {
	refused := func(answers []string) bool { return len(answers) == 1 && strings.HasPrefix(answers[0], "error: ") }
	return refused(want) && refused(got) || slices.Equal(want, got)
}

// A tally counts what scenarios showed.
type tally struct{ scenarios, errors, containers, masters, reserved, marks, kills, refused, shares int }

func (n *tally) add(s scenario) {
	n.scenarios++
	for _, line := range s.want {
		switch {
		case strings.HasPrefix(line, "error: "):
			n.errors++
		case strings.HasSuffix(line, ", master"):
			n.masters++
		case strings.Contains(line, ": container "):
			n.containers++
		case strings.Contains(line, ": reserved "):
			n.reserved++
		case strings.Contains(line, ": mark "):
			n.marks++
		case strings.Contains(line, ": kill "):
			n.kills++
		case strings.HasSuffix(line, ": refused"):
			n.refused++
		case strings.Contains(line, " shares: "):
			n.shares++
		}
	}
}

func (n *tally) String() string {
	return fmt.Sprintf("%d masters, %d other containers, %d reservations, %d marked, %d killed, %d refused, %d files refused, %d fair shares",
		n.masters, n.containers, n.reserved, n.marks, n.kills, n.refused, n.errors, n.shares)
}

// installedYarn plays scenarios through YARN's classes.
type installedYarn struct {
	*differential.Process
	t *testing.T
}

func startYarn(t *testing.T) *installedYarn {
	return &installedYarn{differential.Java(t, "make test-yarn", "-Xmx1g", "-XX:+UseSerialGC", "-XX:+UnlockExperimentalVMOptions", "-XX:hashCode=2",
		"-XX:TieredStopAtLevel=1", "-cp", *yarnClasses, "Script"), t}
}

// ask returns what YARN answers to a scenario.
func (y *installedYarn) ask(s scenario) (answers []string) {
	if _, err := fmt.Fprintf(y.In, "%send\n", s); err != nil {
		y.t.Fatal(err)
	}
	for y.Out.Scan() {
		if y.Out.Text() == "end" {
			return answers
		}
		answers = append(answers, y.Out.Text())
	}
	y.t.Fatalf("YARN stopped answering: %v, at\n%s", y.Out.Err(), s)
	return nil
}

// differs says whether YARN takes the scenario, and comes to something else.
func (y *installedYarn) differs(s scenario) bool {
	want := y.ask(s)
	failed := slices.ContainsFunc(want, func(line string) bool { return strings.HasPrefix(line, "error: ") })
	return !failed && !agree(want, s.answers())
}

// shrink leaves out lines of a scenario as long as the answers differ.
func (y *installedYarn) shrink(s scenario) scenario {
	for again := y.differs(s); again; {
		again = false
		for f := len(s.files) - 1; f >= 0; f-- {
			for n := len(s.files[f].lines) / 2; n > 0; n /= 2 {
				for at := len(s.files[f].lines) - n; at >= 0; at -= n {
					if shorter := s.without(f, at, n); y.differs(shorter) {
						s = shorter
						again = true
					}
					at = min(at, len(s.files[f].lines))
				}
			}
		}
	}
	s.want = y.ask(s)
	return s
}

func (s scenario) without(file, at, n int) scenario {
	s.files = slices.Clone(s.files)
	f := &s.files[file]
	f.lines = slices.Delete(slices.Clone(f.lines), at, at+n)
	return s
}
