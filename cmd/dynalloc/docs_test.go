package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// The documents for people, from the root of the module.
var documents = []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "docs/decisions/*.md", "*/testdata/README.md", "*/*/README.md", "*/*/*/README.md", "replay/cluster/yarn/testdata/oracle/README.md"}

// A reader follows a link, opens a file, runs a command or looks for a test that a
// document names: all of them exist.
func TestDocumentsNameWhatExists(t *testing.T) {
	t.Chdir("../..")
	module := readModule(t)
	for _, glob := range documents {
		files, err := filepath.Glob(glob)
		if err != nil || len(files) == 0 {
			t.Fatalf("no document %s: %v", glob, err)
		}
		for _, file := range files {
			text := readText(t, file)
			for _, missing := range slices.Concat(brokenLinks(t, file, text), module.missing(text)) {
				t.Errorf("%s: %s", file, missing)
			}
		}
	}
}

// A newcomer finds every package of the module in docs/ARCHITECTURE.md.
func TestArchitectureListsThePackages(t *testing.T) {
	t.Chdir("../..")
	text := readText(t, "docs/ARCHITECTURE.md")
	for folder := range readModule(t).source {
		if !strings.HasPrefix(folder, "docs/") && !strings.Contains(text, "`"+folder+"`") {
			t.Errorf("docs/ARCHITECTURE.md does not list %s", folder)
		}
	}
}

// The test itself notices each kind of mistake.
func TestDocumentsWithMistakes(t *testing.T) {
	t.Chdir("../..")
	module := readModule(t)
	for _, text := range []string{
		"`replay/nosuch.go`", "`nosuch.go`", "`TestNoSuch`", "`traces.NoSuch`", "`make nosuch`", "    go test ./nosuch\n", "    go test ./replay -run NoSuch\n",
		"    go run ./cmd/nosuch\n", "    dynalloc nosuch logs\n", "    dynalloc compare --nosuch\n",
	} {
		if len(module.missing(text)) == 0 {
			t.Errorf("nothing is missing in %q", text)
		}
	}
	for _, link := range []string{"[x](nosuch.md)", "[x](docs/MODEL.md#nosuch)"} {
		if len(brokenLinks(t, "README.md", link)) == 0 {
			t.Errorf("%s is not broken", link)
		}
	}
}

var (
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// brokenLinks returns the relative links of a document that lead nowhere.
func brokenLinks(t *testing.T, file, text string) (broken []string) {
	for _, link := range links.FindAllStringSubmatch(text, -1) {
		if strings.Contains(link[1], "://") {
			continue
		}
		target, anchor, _ := strings.Cut(link[1], "#")
		at := file
		if target != "" {
			at = path.Join(path.Dir(file), target)
		}
		if _, err := os.Stat(at); err != nil {
			broken = append(broken, "link to "+link[1]+": no such file")
		} else if anchor != "" && !slices.Contains(anchorsOf(readText(t, at)), anchor) {
			broken = append(broken, "link to "+link[1]+": no such heading")
		}
	}
	return broken
}

// anchorsOf returns the anchors that GitHub gives to the headings of a document.
func anchorsOf(text string) (anchors []string) {
	for _, heading := range headings.FindAllStringSubmatch(text, -1) {
		anchors = append(anchors, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, heading[1]))
	}
	return anchors
}

// A goModule is what documents can name of the module's source.
type goModule struct {
	files    map[string]bool     // by path
	names    map[string]bool     // of files
	packages map[string][]string // folders, by package name
	source   map[string]string   // all Go source in a folder
	makefile string
}

func readModule(t *testing.T) *goModule {
	m := &goModule{map[string]bool{}, map[string]bool{}, map[string][]string{}, map[string]string{}, readText(t, "Makefile")}
	err := filepath.WalkDir(".", func(file string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return filepath.SkipDir
		}
		m.files[file], m.names[entry.Name()] = true, true
		if folder := path.Dir(file); strings.HasSuffix(file, ".go") {
			if _, known := m.source[folder]; !known {
				m.packages[path.Base(folder)] = append(m.packages[path.Base(folder)], folder)
			}
			m.source[folder] += readText(t, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	codeSpans = regexp.MustCompile("`([^`\n]+)`")
	ownPaths  = regexp.MustCompile(`^(bench|cmd|docs|internal|policies|replay|reports|traces)/[\w./-]+$`)
	goFiles   = regexp.MustCompile(`^\w+\.go$`)
	goTests   = regexp.MustCompile(`^(Test|Benchmark|Example)[A-Z]\w+$`)
	goNames   = regexp.MustCompile(`^([a-z]\w+)\.([A-Z]\w+)$`)
	targets   = regexp.MustCompile("(?m)(?:^    |`|^```\\w*\n)make ([a-z-]+(?: [a-z-]+)*)")
	goRuns    = regexp.MustCompile(`go (?:run|test|doc) (\./[\w/.]*)(?:.* -run '?([\w|]+))?`)
	commands  = regexp.MustCompile("(?m)(?:^(?:    |  )?|`)(?:go run \\./cmd/)?dynalloc ([a-z]+)([^`\n#|>]*)")
)

// missing returns what a document names and the module does not have.
func (m *goModule) missing(text string) (missing []string) {
	for _, span := range codeSpans.FindAllStringSubmatch(text, -1) {
		if !m.has(span[1]) {
			missing = append(missing, "`"+span[1]+"` does not exist")
		}
	}
	for _, found := range targets.FindAllStringSubmatch(text, -1) {
		for _, target := range strings.Fields(found[1]) {
			if !strings.Contains(m.makefile, "\n"+target+":") {
				missing = append(missing, "there is no target make "+target)
			}
		}
	}
	for _, run := range goRuns.FindAllStringSubmatch(text, -1) {
		folder := strings.TrimSuffix(path.Clean(strings.TrimSuffix(run[1], "...")), "/")
		if !m.files[folder] && folder != "." {
			missing = append(missing, run[0]+": no such package")
		} else if run[2] != "" && !regexp.MustCompile(`func \w*(`+run[2]+`)`).MatchString(m.below(folder)) {
			missing = append(missing, run[0]+": no such test")
		}
	}
	for _, command := range commands.FindAllStringSubmatch(text, -1) {
		missing = append(missing, missingFlags(command[1], command[2])...)
	}
	return missing
}

// has reports whether a name in code is one of the module, if it looks like one.
func (m *goModule) has(name string) bool {
	switch parts := goNames.FindStringSubmatch(name); {
	case ownPaths.MatchString(name):
		return m.files[strings.TrimSuffix(name, "/")] || strings.Contains(name, "NAME") || strings.Contains(name, "PACKAGE")
	case goFiles.MatchString(name):
		return m.names[name]
	case goTests.MatchString(name):
		return strings.Contains(m.below("."), "func "+name+"(")
	case parts != nil && m.packages[parts[1]] != nil:
		declared := regexp.MustCompile(`(?m)^(func |type |var |const |\t|func \(.*\) )` + parts[2] + `\b`)
		return slices.ContainsFunc(m.packages[parts[1]], func(folder string) bool { return declared.MatchString(m.source[folder]) })
	}
	return true
}

// below returns all Go source in a folder and below it.
func (m *goModule) below(folder string) string {
	var b strings.Builder
	for at, source := range m.source {
		if folder == "." || at == folder || strings.HasPrefix(at, folder+"/") {
			b.WriteString(source)
		}
	}
	return b.String()
}

var longFlags = regexp.MustCompile(`--([a-z][a-z-]*)`)

// missingFlags returns the command or the flags of a command line that do not exist.
func missingFlags(name, arguments string) (missing []string) {
	root := newRoot()
	command, rest, err := root.Find([]string{name})
	if err != nil || len(rest) > 0 {
		return []string{"there is no command dynalloc " + name}
	}
	for _, flag := range longFlags.FindAllStringSubmatch(arguments, -1) {
		if command.Flags().Lookup(flag[1]) == nil && flag[1] != "help" {
			missing = append(missing, "dynalloc "+name+" has no flag --"+flag[1])
		}
	}
	return missing
}

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
