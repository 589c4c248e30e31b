package mutants

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dynalloc/internal/golden"
)

// TestMutantsAreCaught runs with MUTANTS set to a regular expression of names, such
// as "." for all. It prints for each mutant the test that fails because of it. With
// -update it writes the table of docs/MUTANTS.md.
func TestMutantsAreCaught(t *testing.T) {
	chosen := os.Getenv("MUTANTS")
	if chosen == "" {
		t.Skip("takes about an hour: make mutants")
	}
	t.Setenv("MUTANTS", "")
	pattern, err := regexp.Compile(chosen)
	if err != nil {
		t.Fatal(err)
	}
	all := table(t)
	list := slices.DeleteFunc(slices.Clone(all), func(m mutant) bool { return !pattern.MatchString(m.name) })
	copied := copyTree(t)
	sound(t, copied, list)

	var made strings.Builder
	fmt.Fprintf(&made, "\n%s: %d mutants, and a test notices each of them.\n", time.Now().UTC().Format(time.DateOnly), len(list))
	made.WriteString("\n| broken rule | file | caught by |\n| --- | --- | --- |\n")
	failed := 0
	for i, m := range list {
		by, err := m.run(copied)
		if err != nil {
			failed++
			t.Error(err)
		}
		fmt.Printf("%3d/%d  %-60s  %s\n", i+1, len(list), m.name, cmp.Or(by, "SURVIVES"))
		fmt.Fprintf(&made, "| %s | `%s` | %s |\n", m.name, m.file, by)
	}
	fmt.Printf("%d passed, %d failed: a mutant passes if a test catches it\n", len(list)-failed, failed)
	if failed == 0 && len(list) == len(all) && golden.Updating() {
		golden.CheckPart(t, "../../docs/MUTANTS.md", "make mutants", made.String()+"\n")
	}
}

// copyTree copies the module without its history to a new folder: the tests of a
// mutant read other files than Go's, and nobody should find a mutant in the tree.
func copyTree(t *testing.T) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "dynalloc")
	tree := os.DirFS("../..")
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path == ".git":
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, path), 0o755)
		case !d.Type().IsRegular():
			return nil // .git is a file in a work tree of its own
		}
		content, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, path), content, info.Mode().Perm()|0o200)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// sound fails the test if the tests that have to catch mutants fail without any.
func sound(t *testing.T, tree string, list []mutant) {
	t.Helper()
	var all []string
	for _, m := range list {
		all = append(all, m.tests...)
	}
	slices.Sort(all)
	for _, tests := range slices.Compact(all) {
		if by, err := failing(tree, tests); by != "" || err != nil {
			t.Fatalf("%s fails without a mutant: %s %v", tests, by, err)
		}
	}
}

// run returns which test fails because of the mutant. It is an error if none does.
func (m *mutant) run(tree string) (by string, err error) {
	path := filepath.Join(tree, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	mutated, err := m.apply(string(source))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(mutated), 0o644); err != nil {
		return "", err
	}
	defer os.WriteFile(path, source, 0o644)
	for _, tests := range m.tests {
		by, err := failing(tree, tests)
		if err != nil {
			return "", fmt.Errorf("mutants.txt:%d: %q: %w", m.line, m.name, err)
		}
		if by != "" {
			return fmt.Sprintf("%s in `%s`", by, strings.TrimPrefix(tests, "./")), nil
		}
	}
	return "", fmt.Errorf("mutants.txt:%d: %q survives the tests of %s", m.line, m.name, strings.Join(m.tests, " "))
}

var (
	failLine = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	running  = regexp.MustCompile(`running tests:\n\t+(\S+)`)
)

// failing runs the tests of a package and returns the names of the first that fail, or "".
// It is an error if the package does not compile.
func failing(tree, tests string) (string, error) {
	command := exec.Command("go", "test", "-short", "-vet=off", "-timeout", "15m", tests)
	command.Dir = tree
	out, err := command.CombinedOutput()
	if err == nil {
		return "", nil
	}
	text := string(out)
	if strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]") {
		return "", fmt.Errorf("it does not compile:\n%s", text)
	}
	var names []string
	for _, found := range failLine.FindAllStringSubmatch(text, -1) {
		if last := len(names) - 1; last >= 0 && strings.HasPrefix(found[1], names[last]+"/") {
			names[last] = found[1] // a test comes before its first part that failed
		} else if root, _, part := strings.Cut(found[1], "/"); !part || last < 0 || !strings.HasPrefix(names[last], root+"/") {
			names = append(names, found[1])
		}
	}
	if found := running.FindStringSubmatch(text); found != nil {
		names = append(names, found[1]+" (never ends)")
	}
	const shown = 3
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown], fmt.Sprintf("%d more", more))
	}
	return cmp.Or(strings.Join(names, ", "), "a panic"), nil
}
