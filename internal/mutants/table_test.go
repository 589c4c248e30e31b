package mutants

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A mutant is one line, or a few, that are replaced by others.
type mutant struct {
	line  int      // where it begins in mutants.txt
	name  string   // the rule that it breaks
	file  string   // with its path from the root of the module
	tests []string // the packages whose tests must fail, nearest first
	old   []string // whole lines; leading blanks do not count
	new   []string
}

// table reads mutants.txt. A paragraph is a mutant: its name, its file and its
// packages on lines of their own, then the lines of the file, "|" before those that
// stay, "-" before those that go and "+" before those that come.
func table(t *testing.T) []mutant {
	t.Helper()
	content, err := os.ReadFile("mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []mutant
	blank := true
	for i, line := range strings.Split(string(content), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if line == "" {
			blank = true
			continue
		}
		if blank {
			blank = false
			list = append(list, mutant{line: i + 1, name: line})
			continue
		}
		m := &list[len(list)-1]
		key, rest, _ := strings.Cut(line, " ")
		switch {
		case key == "file":
			m.file = rest
		case key == "test":
			m.tests = strings.Fields(rest)
		case line[0] == '|':
			m.old, m.new = append(m.old, line[1:]), append(m.new, line[1:])
		case line[0] == '-':
			m.old = append(m.old, line[1:])
		case line[0] == '+':
			m.new = append(m.new, line[1:])
		default:
			t.Fatalf("mutants.txt:%d: %q: expected \"file PATH\", \"test PACKAGE...\", or a line of the file after |, - or +", i+1, line)
		}
	}
	for _, m := range list {
		if m.file == "" || len(m.tests) == 0 || len(m.old) == 0 {
			t.Fatalf("mutants.txt:%d: %q needs a file, tests and lines that go", m.line, m.name)
		}
	}
	return list
}

// apply returns a source with the lines of the mutant replaced. It is an error if
// they are not there, or there twice.
func (m *mutant) apply(source string) (string, error) {
	lines := strings.Split(source, "\n")
	at := -1
	for i := range len(lines) - len(m.old) + 1 {
		if !m.at(lines[i:]) {
			continue
		}
		if at >= 0 {
			return "", fmt.Errorf("mutants.txt:%d: %s has the lines of %q twice, in lines %d and %d: give a line more of its surroundings", m.line, m.file, m.name, at+1, i+1)
		}
		at = i
	}
	if at < 0 {
		return "", fmt.Errorf("mutants.txt:%d: %s has no longer the lines of %q: write what stands there now", m.line, m.file, m.name)
	}
	mutated := append([]string{}, lines[:at]...)
	mutated = append(mutated, m.new...)
	return strings.Join(append(mutated, lines[at+len(m.old):]...), "\n"), nil
}

// at returns whether lines begin with those that the mutant replaces.
func (m *mutant) at(lines []string) bool {
	for i, old := range m.old {
		if strings.TrimSpace(lines[i]) != strings.TrimSpace(old) {
			return false
		}
	}
	return true
}

// TestMutantsApply finds mutants whose lines are gone: whoever changes such a line
// brings its mutant along.
func TestMutantsApply(t *testing.T) {
	list := table(t)
	if len(list) < 40 {
		t.Errorf("there are %d mutants; expected at least 40", len(list))
	}
	names := map[string]bool{}
	for _, m := range list {
		if names[m.name] {
			t.Errorf("mutants.txt:%d: there are two mutants %q", m.line, m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile(filepath.Join("..", "..", m.file))
		if err == nil {
			_, err = m.apply(string(source))
		}
		if err != nil {
			t.Error(err)
		}
	}
}
