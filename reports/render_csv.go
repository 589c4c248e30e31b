package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"dynalloc/bench/stats"
	"dynalloc/internal/note"
	"dynalloc/reports/words"
)

// CSV renders the records of a document. A value that does not exist is an empty field;
// an interval has two columns, one for each end.
func CSV(w io.Writer, d *Document) error {
	out := csv.NewWriter(w)
	if d.Records != nil {
		if err := d.Records().csv(out); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (t *Table) csv(out *csv.Writer) error {
	interval := func(c Column) (name string, ok bool) { return strings.CutSuffix(c.Key, "_interval") }
	var line []string
	for _, c := range t.Columns {
		if name, ok := interval(c); ok {
			line = append(line, name+"_low", name+"_high")
		} else if c.Key != "" {
			line = append(line, c.Key)
		}
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, row := range t.Rows {
		line = line[:0]
		for i, c := range t.Columns {
			if _, ok := interval(c); ok {
				ends, given := row[i].Value.(stats.Interval)
				if !given {
					ends = stats.NoInterval()
				}
				line = append(line, exact(ends.Low), exact(ends.High))
			} else if c.Key != "" {
				line = append(line, csvValue(row[i].Value))
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func csvValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return exact(v)
	case []note.Note:
		return strings.Join(WordAll(v), "; ")
	case []string:
		return strings.Join(v, "; ")
	}
	return fmt.Sprint(v)
}

// exact writes a number rounded to a millionth.
func exact(v float64) string {
	if !words.Finite(v) {
		return ""
	}
	return strconv.FormatFloat(words.Rounded(v), 'f', -1, 64)
}
