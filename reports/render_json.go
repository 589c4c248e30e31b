package reports

import (
	"encoding/json"
	"io"
)

// JSON renders a document as one object: its schema, the facts and tables that have
// a key, and the notes, each with its kind, its arguments and its sentence.
func JSON(w io.Writer, d *Document) error {
	o := Object{{"schema", d.Schema}}
	for i := range d.Facts {
		if f := &d.Facts[i]; f.Key != "" {
			o = append(o, Field{f.Key, f.Value})
		}
	}
	for i := range d.Sections {
		for _, block := range d.Sections[i].Blocks {
			if t, ok := block.(*Table); ok && t.Key != "" {
				o = append(o, Field{t.Key, t.objects()})
			}
		}
	}
	o = append(o, Field{"notes", notesJSON(d.Notes)})
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(o)
}
