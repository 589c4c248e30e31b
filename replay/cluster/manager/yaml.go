package manager

import (
	"fmt"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"dynalloc/internal/spec"
)

// A Period is a time in a cluster file, such as 4s, 2.5s or 10min; a bare number is in
// seconds.
type Period time.Duration

// UnmarshalYAML reads a time.
func (d *Period) UnmarshalYAML(n ast.Node) error {
	return scalar((*time.Duration)(d), n, "a time such as 4s or 10min", func(text string) (time.Duration, error) {
		return spec.ParseTime(text, time.Second)
	})
}

// A Size is memory in a cluster file, in MiB, such as 128g; a bare number is in
// MiB.
type Size int64

// UnmarshalYAML reads a size.
func (s *Size) UnmarshalYAML(n ast.Node) error {
	return scalar((*int64)(s), n, "a size such as 512m or 128g", spec.ParseMiB)
}

// A Count is a whole number in a cluster file.
type Count int

// UnmarshalYAML reads a whole number; the library would cut 1.5 to 1.
func (c *Count) UnmarshalYAML(n ast.Node) error {
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
