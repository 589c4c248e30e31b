package scan

import (
	"bytes"
	"cmp"
)

// EventName returns the name of a line's event. Spark writes it first, so the
// first bytes of nearly every line tell it; any other line is scanned.
func EventName(line []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"Event":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end > 0 && bytes.IndexByte(rest[:end], '\\') < 0 {
			return rest[:end], nil
		}
	}
	s := Scanner{Line: line}
	if s.Peek() != '{' {
		return nil, ErrNotJSON
	}
	var name []byte
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		if string(key) == "Event" {
			name = append(name[:0], s.Text()...)
		} else {
			s.Skip()
		}
	}
	s.End()
	if s.Err == nil && len(name) == 0 {
		return nil, ErrNoEvent
	}
	return name, s.Err
}

// FaultOf returns what is wrong with a line of which an event cannot be read: that it is
// not well-formed, or else that a value has another type.
func FaultOf(line []byte) error {
	s := Scanner{Line: line}
	s.Skip()
	s.End()
	return cmp.Or(s.Err, error(ErrWrongType))
}
