package policies

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var instrument = flag.String("instrument", "", "folder for copies of the policy with probes, and an overlay.json for go test -overlay")

// TestInstrument writes the policy with a probe at every branch.
func TestInstrument(t *testing.T) {
	folder := *instrument
	if folder == "" {
		folder = t.TempDir()
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = map[string]string{}
	for _, name := range []string{"accounting.go", "demand.go", "monitor.go", "monitor_shuffle.go", "spark.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		probed, n := withProbes(t, name, source)
		if n < 10 {
			t.Errorf("%s has only %d branches", name, n)
		}
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		overlay.Replace[path] = filepath.Join(folder, name)
		if err := os.WriteFile(overlay.Replace[path], probed, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.MarshalIndent(overlay, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "overlay.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// prober puts probes into a source file.
type prober struct {
	name     string
	source   []byte
	set      *token.FileSet
	edits    []edit
	function string   // that is being visited
	probes   []string // their declarations
}

// edit is text to be inserted.
type edit struct {
	at   int
	text string
}

// withProbes puts a probe around each condition and each operand of one, and
// makes each case of a switch over values and each statement without a
// declaration one that can be left out.
func withProbes(t *testing.T, name string, source []byte) (probed []byte, n int) {
	t.Helper()
	p := &prober{name: name, source: source, set: token.NewFileSet()}
	file, err := parser.ParseFile(p.set, name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, p.visit)
	slices.SortStableFunc(p.edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var b bytes.Buffer
	last := 0
	for _, e := range p.edits {
		b.Write(source[last:e.at])
		b.WriteString(e.text)
		last = e.at
	}
	b.Write(source[last:])
	b.WriteString("\n" + strings.Join(p.probes, "\n") + "\n")
	return b.Bytes(), len(p.probes)
}

func (p *prober) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		p.function = n.Name.Name
	case *ast.IfStmt:
		p.condition(n.Cond)
	case *ast.BinaryExpr:
		if n.Op == token.LAND || n.Op == token.LOR {
			p.condition(n.X)
			p.condition(n.Y)
		}
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			c := clause.(*ast.CaseClause)
			if n.Tag == nil {
				for _, condition := range c.List {
					p.condition(condition)
				}
			} else if len(c.Body) > 0 {
				p.leaveOut(c.Colon+1, c.Body[len(c.Body)-1].End(), c.Colon, c.Pos(), c.Colon)
			}
		}
	case *ast.BlockStmt:
		for _, s := range n.List {
			p.statement(s)
		}
	case *ast.CaseClause:
		for _, s := range n.Body {
			p.statement(s)
		}
	case *ast.ForStmt:
		return n.Cond == nil // what moves a loop on must stay
	}
	return true
}

// condition puts a probe around an expression.
func (p *prober) condition(e ast.Expr) {
	probe := p.declare(e.Pos(), e.End(), false)
	p.insert(e.Pos(), probe+".takes(")
	// What ends at the same place ends from the inside out.
	at := p.offset(e.End())
	i := len(p.edits)
	for i > 0 && p.edits[i-1].at >= at {
		i--
	}
	first := slices.IndexFunc(p.edits, func(e edit) bool { return e.at == at })
	if first < 0 {
		first = len(p.edits)
	}
	p.edits = slices.Insert(p.edits, first, edit{at, ")"})
}

// statement makes a statement one that can be left out.
func (p *prober) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return
		}
	case *ast.IncDecStmt, *ast.ExprStmt:
	default:
		return
	}
	p.leaveOut(s.Pos(), s.End(), s.Pos(), s.Pos(), s.End())
}

func (p *prober) leaveOut(from, to, at, textFrom, textTo token.Pos) {
	probe := p.declare(textFrom, textTo, true)
	p.insert(from, " if "+probe+".takes(true) { ")
	p.insert(to, " }")
}

func (p *prober) declare(from, to token.Pos, whole bool) string {
	probe := fmt.Sprintf("%sProbe%d", strings.TrimSuffix(p.name, ".go"), len(p.probes))
	text := strings.Join(strings.Fields(string(p.source[p.offset(from):p.offset(to)])), " ")
	where := fmt.Sprintf("%s:%d %s", p.name, p.set.Position(from).Line, p.function)
	p.probes = append(p.probes, fmt.Sprintf("var %s = newProbe(%q, %q, %t)", probe, where, text, whole))
	return probe
}

func (p *prober) insert(at token.Pos, text string) {
	p.edits = append(p.edits, edit{p.offset(at), text})
}

func (p *prober) offset(at token.Pos) int { return p.set.Position(at).Offset }

// A probe counts the ways taken while somebody counts, and can force one.
func TestProbe(t *testing.T) {
	before := probes
	defer func() { probes, counting = before, false }()
	p := newProbe("spark.go:1 raise", "n > need", false)
	p.takes(true)
	counting = true
	for _, way := range []bool{true, false, true} {
		if p.takes(way) != way {
			t.Errorf("the probe changed %v", way)
		}
	}
	if p.taken != [2]int{1, 2} {
		t.Errorf("counted %v false and true, want 1 and 2: not what came before counting", p.taken)
	}
	if p.forced = -1; p.takes(true) {
		t.Error("the probe did not force false")
	}
}
