package note

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// jsonNote is a note in JSON.
type jsonNote struct {
	Kind Kind           `json:"kind"`
	Args map[string]any `json:"args"`
}

// MarshalJSON writes {"kind": ..., "args": {...}}. Durations are text such as "1m30s".
func (n Note) MarshalJSON() ([]byte, error) {
	out := jsonNote{n.Kind, make(map[string]any, len(n.Args))}
	for _, a := range n.Args {
		if d, ok := a.Value.(time.Duration); ok {
			out.Args[a.Name] = d.String()
		} else {
			out.Args[a.Name] = a.Value
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. The form has one type of number and
// none for durations: whole numbers are read as int, others as float64, and
// durations stay text. A kind that is not declared is kept as it is.
func (n *Note) UnmarshalJSON(text []byte) error {
	var in struct {
		Kind Kind                       `json:"kind"`
		Args map[string]json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*n = Note{Kind: in.Kind}
	names, known := declared[in.Kind]
	if !known {
		names = slices.Sorted(maps.Keys(in.Args))
	}
	for _, name := range names {
		value, err := readValue(in.Args[name])
		if err != nil {
			return fmt.Errorf("note of kind %q: argument %q: %w", in.Kind, name, err)
		}
		n.Args = append(n.Args, Arg{name, value})
	}
	return nil
}

// readValue reads one argument.
func readValue(text json.RawMessage) (any, error) {
	var number int
	if json.Unmarshal(text, &number) == nil {
		return number, nil
	}
	switch text = bytes.TrimSpace(text); {
	case bytes.HasPrefix(text, []byte("{")):
		var n Note
		err := json.Unmarshal(text, &n)
		return n, err
	case bytes.HasPrefix(text, []byte("[")):
		list := []string{}
		if json.Unmarshal(text, &list) == nil {
			return list, nil
		}
		notes := []Note{}
		err := json.Unmarshal(text, &notes)
		return notes, err
	}
	var value any
	err := json.Unmarshal(text, &value)
	return value, err
}
