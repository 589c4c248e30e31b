package cluster

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"dynalloc/replay/cluster/manager"
)

// A clusterFile is a cluster written as YAML, without the section of its manager,
// which the manager's settings read; docs/CLUSTERS.md explains it.
type clusterFile struct {
	Manager  string         `yaml:"manager"`
	Startup  manager.Period `yaml:"startup"`
	Locality string         `yaml:"locality"`
	Nodes    []poolFile     `yaml:"nodes"`
	Faults   []string       `yaml:"faults"`
}

type poolFile struct {
	Type   string        `yaml:"type"`
	Count  manager.Count `yaml:"count"`
	Cores  manager.Count `yaml:"cores"`
	Memory manager.Size  `yaml:"memory"`
	Label  string        `yaml:"label"`
	Price  float64       `yaml:"price"`
}

// Open reads a cluster: its text form (see Parse), the name of a YAML file in files,
// or "example:standalone", a documented example of a manager. Only files have faults.
// An error names the file and the line.
func Open(text string, files fs.FS) (Cluster, []Fault, error) {
	if name, ok := strings.CutPrefix(text, "example:"); ok {
		if find(name) == nil {
			return Cluster{}, nil, fmt.Errorf("cluster %q: there is no such example; there are %s", text, strings.Join(Examples(), ", "))
		}
		return readCluster("cluster.yaml", example(name))
	}
	if ext := path.Ext(text); ext == ".yaml" || ext == ".yml" {
		return readCluster(text, files)
	}
	c, err := Parse(text)
	if err == nil {
		err = openFiles(&c, files, "")
	}
	return c, nil, err
}

// Examples are the built-in clusters, as Open takes them.
func Examples() []string {
	var names []string
	for _, name := range Managers() {
		names = append(names, "example:"+name)
	}
	slices.Sort(names)
	return names
}

// Example is the text of a built-in cluster.
func Example(manager string) string { return embedded(manager, "cluster.yaml") }

// Help explains a manager and its settings in the one-line form, for a help text.
func Help(manager string) string { return embedded(manager, "help.txt") }

func embedded(manager, name string) string {
	text, err := fs.ReadFile(example(manager), name)
	if err != nil {
		panic(err) // each manager has both files
	}
	return string(text)
}

// example has the files of a manager's example.
func example(manager string) fs.FS {
	files, err := fs.Sub(find(manager).example, "example")
	if err != nil {
		panic(err) // the path is valid
	}
	return files
}

// readCluster reads a cluster file.
func readCluster(file string, files fs.FS) (Cluster, []Fault, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return Cluster{}, nil, fmt.Errorf("cluster: %w", err)
	}
	f, sections, err := readSections(text)
	if err != nil {
		return Cluster{}, nil, yamlError(file, err)
	}
	c, err := f.cluster()
	for _, section := range sections {
		if err != nil {
			break
		}
		if name := section.Key.String(); name != f.Manager {
			err = fmt.Errorf("%s: settings of a manager that is not the file's: manager: %s", name, f.Manager)
		} else if err := yaml.NodeToValue(section.Value, c.Settings, yaml.Strict()); err != nil {
			return c, nil, yamlError(file, err)
		}
	}
	if err == nil {
		err = openFiles(&c, files, path.Dir(file))
	}
	if err != nil {
		return c, nil, fmt.Errorf("%s: %w", file, err)
	}
	var faults []Fault
	for _, line := range f.Faults {
		fault, err := ParseFault(line)
		if err != nil {
			return c, nil, fmt.Errorf("%s: %w", file, err)
		}
		faults = append(faults, fault)
	}
	return c, faults, nil
}

// readSections reads a cluster file, and returns the sections that only one
// manager understands.
func readSections(text []byte) (f clusterFile, sections []*ast.MappingValueNode, err error) {
	f.Startup = -1
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		return f, nil, err
	}
	for _, doc := range parsed.Docs {
		if all, ok := doc.Body.(*ast.MappingNode); ok {
			all.Values = slices.DeleteFunc(all.Values, func(v *ast.MappingValueNode) bool {
				own := find(v.Key.String()) != nil
				if own {
					sections = append(sections, v)
				}
				return own
			})
		}
		if doc.Body != nil {
			if err := yaml.NodeToValue(doc.Body, &f, yaml.Strict()); err != nil {
				return f, nil, err
			}
		}
	}
	return f, sections, nil
}

// openFiles reads the files that a cluster names, relative to a folder.
func openFiles(c *Cluster, files fs.FS, folder string) error {
	err := c.OpenFiles(func(name string) (io.ReadCloser, error) {
		if !path.IsAbs(name) {
			name = path.Join(folder, name)
		}
		if info, err := fs.Stat(files, name); err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s: expected a file, found a folder", name)
		}
		return files.Open(name)
	})
	if err != nil {
		return err
	}
	return c.Check()
}

// yamlError rewrites an error of the YAML library as one line with the position in the
// file.
func yamlError(file string, err error) error {
	var broken yaml.Error
	if !errors.As(err, &broken) {
		return fmt.Errorf("%s: %w", file, err)
	}
	line := 0
	if t := broken.GetToken(); t != nil {
		line = t.Position.Line
	}
	message := broken.GetMessage()
	var kind *yaml.TypeError
	var shape *yaml.UnexpectedNodeTypeError
	var unknown *yaml.UnknownFieldError
	switch {
	case errors.As(err, &shape) && shape.Expected == ast.SequenceType:
		message = "expected a list, each entry after a dash"
	case errors.As(err, &shape) && shape.Expected == ast.MappingType:
		message = "expected settings, as in key: value"
	case errors.As(err, &kind):
		message = "expected " + kindOf(kind.DstType)
		if kind.Token != nil {
			message += fmt.Sprintf(", found %q", kind.Token.Value)
		}
	case errors.As(err, &unknown):
		message += "; docs/CLUSTERS.md lists the fields"
	}
	return fmt.Errorf("%s:%d: %s", file, line, strings.Join(strings.Fields(message), " "))
}

// kindOf describes the values that a field accepts.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "text"
}

// cluster makes a cluster from the content of the file, with the manager's defaults.
func (f *clusterFile) cluster() (Cluster, error) {
	c := Cluster{Manager: f.Manager, Startup: time.Duration(f.Startup)}
	manages := find(f.Manager)
	if manages == nil {
		return c, fmt.Errorf("manager: expected one of %s, found %q", strings.Join(Managers(), ", "), f.Manager)
	}
	c.Settings = manages.settings()
	switch f.Locality {
	case "", "none":
	case "inferred":
		c.Locality = true
	default:
		return c, fmt.Errorf("locality: expected none or inferred, found %q", f.Locality)
	}
	for _, p := range f.Nodes {
		c.Pools = append(c.Pools, Pool{
			Name: p.Type, Nodes: int(p.Count), Label: p.Label, Price: p.Price,
			Resources: manager.Resources{Cores: int(p.Cores), MemoryMB: int64(p.Memory)},
		})
	}
	return c, nil
}
