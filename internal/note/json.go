package note

import (
	"encoding/json"
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
