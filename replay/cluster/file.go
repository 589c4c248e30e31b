package cluster

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/kubernetes"
	"dynalloc/replay/cluster/manager"
	"dynalloc/replay/cluster/standalone"
	"dynalloc/replay/cluster/yarn"
)

//go:embed examples
var examples embed.FS

// A clusterFile is a cluster written as YAML; docs/CLUSTERS.md explains it.
type clusterFile struct {
	Manager    string              `yaml:"manager"`
	Startup    *period             `yaml:"startup"`
	Locality   string              `yaml:"locality"`
	Nodes      []poolFile          `yaml:"nodes"`
	Standalone standaloneFile      `yaml:"standalone"`
	Kubernetes *kubernetes.Options `yaml:"kubernetes"`
	YARN       yarnFile            `yaml:"yarn"`
	Faults     []string            `yaml:"faults"`
}

type yarnFile struct {
	Scheduler    string   `yaml:"scheduler"`
	Queues       string   `yaml:"queues"`
	Site         string   `yaml:"site"`
	SharedLabels []string `yaml:"shared-labels"`
}

type poolFile struct {
	Type   string  `yaml:"type"`
	Count  count   `yaml:"count"`
	Cores  count   `yaml:"cores"`
	Memory size    `yaml:"memory"`
	Label  string  `yaml:"label"`
	Price  float64 `yaml:"price"`
}

type standaloneFile struct {
	Spread       *bool  `yaml:"spread"`
	Workers      string `yaml:"workers"`
	DefaultCores count  `yaml:"default-cores"`
	Overhead     bool   `yaml:"overhead"`
}

// A period is a time such as 4s or 10min.
type period time.Duration

// UnmarshalYAML reads a duration.
func (d *period) UnmarshalYAML(n ast.Node) error {
	return scalar((*time.Duration)(d), n, "a time such as 4s or 10min", func(text string) (time.Duration, error) {
		return spec.ParseDuration(text, time.Second)
	})
}

// A size is memory in MiB, such as 128g.
type size int64

// UnmarshalYAML reads a size; a bare number is in MiB.
func (s *size) UnmarshalYAML(n ast.Node) error {
	return scalar((*int64)(s), n, "a size such as 512m or 128g", spec.ParseMiB)
}

// A count is a whole number.
type count int

// UnmarshalYAML reads a whole number; the library would cut 1.5 to 1.
func (c *count) UnmarshalYAML(n ast.Node) error {
	return scalar((*int)(c), n, "a whole number", strconv.Atoi)
}

// scalar reads a value by its text; an error has its line.
func scalar[T any](to *T, n ast.Node, want string, parse func(string) (T, error)) error {
	t := n.GetToken()
	v, err := parse(t.Value)
	if err != nil {
		return &yaml.SyntaxError{Message: fmt.Sprintf("expected %s, found %q", want, t.Value), Token: t}
	}
	*to = v
	return nil
}

// Open reads a cluster: its text form (see Parse), the name
// of a YAML file in files, or "example:standalone", a documented example of a
// manager. Faults are what the file says goes wrong. An error names the file and
// the line.
func Open(text string, files fs.FS) (Cluster, []Fault, error) {
	if name, ok := strings.CutPrefix(text, "example:"); ok {
		within, err := fs.Sub(examples, "examples")
		if err != nil {
			return Cluster{}, nil, err
		}
		if _, err := fs.Stat(within, name+".yaml"); err != nil {
			return Cluster{}, nil, fmt.Errorf("cluster %q: there is no such example; there are %s", text, strings.Join(Examples(), ", "))
		}
		return readCluster(name+".yaml", within)
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
	entries, err := examples.ReadDir("examples")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, "example:"+name)
		}
	}
	return names
}

// Example is the text of a built-in cluster.
func Example(manager string) string {
	text, err := examples.ReadFile("examples/" + manager + ".yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}

// readCluster reads a cluster file.
func readCluster(file string, files fs.FS) (Cluster, []Fault, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return Cluster{}, nil, fmt.Errorf("cluster: %w", err)
	}
	var f clusterFile
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return Cluster{}, nil, yamlError(file, err)
	}
	c, err := f.cluster()
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

// openFiles reads the files that a cluster names, from a folder on.
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

// yamlError says in one line where a file is wrong.
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
		message += "; docs/CLUSTERS.md lists those that there are"
	}
	return fmt.Errorf("%s:%d: %s", file, line, strings.Join(strings.Fields(message), " "))
}

// kindOf says in words what a field takes.
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

// cluster makes a cluster of what the file says.
func (f *clusterFile) cluster() (Cluster, error) {
	c := Cluster{Manager: f.Manager, Startup: -1}
	if !slices.Contains(Managers, f.Manager) {
		return c, fmt.Errorf("manager: want one of %s, not %q", strings.Join(Managers, ", "), f.Manager)
	}
	if f.Startup != nil {
		c.Startup = time.Duration(*f.Startup)
	}
	switch f.Locality {
	case "", "none":
	case "inferred":
		c.Locality = true
	default:
		return c, fmt.Errorf("locality: want none or inferred, not %q", f.Locality)
	}
	for _, p := range f.Nodes {
		c.Pools = append(c.Pools, Pool{
			Name: p.Type, Nodes: int(p.Count), Label: p.Label, Price: p.Price,
			Resources: manager.Resources{Cores: int(p.Cores), MemoryMB: int64(p.Memory)},
		})
	}
	s := &f.Standalone
	if s.Workers != "" && !slices.Contains(standalone.Selections, s.Workers) {
		return c, fmt.Errorf("standalone: workers: want one of %s, not %q", strings.Join(standalone.Selections, ", "), s.Workers)
	}
	c.Standalone = standalone.Options{
		Packed: s.Spread != nil && !*s.Spread, Selection: standalone.Selection(s.Workers), DefaultCores: int(s.DefaultCores), Overhead: s.Overhead,
	}
	c.YARN = yarn.Config{Scheduler: f.YARN.Scheduler, Queues: f.YARN.Queues, Site: f.YARN.Site, Shared: f.YARN.SharedLabels}
	if f.Kubernetes != nil {
		if f.Manager != "kubernetes" {
			return c, fmt.Errorf("kubernetes: settings of a manager that is not the file's: manager: %s", f.Manager)
		}
		c.Kubernetes = *f.Kubernetes
	}
	return c, nil
}
