package traces

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/note"
)

// A textWord is a word of a line. One that begins with a quote is no key=value.
type textWord struct {
	text   string
	quoted bool
}

// textWords splits a line at blanks. A part in quotes, which can have Go's escapes,
// belongs to one word; # outside of quotes starts a comment.
func textWords(line string) ([]textWord, error) {
	var words []textWord
	for {
		line = strings.TrimLeft(line, " \t\r")
		if line == "" || line[0] == '#' {
			return words, nil
		}
		word := textWord{quoted: line[0] == '"'}
		for line != "" && !strings.ContainsRune(" \t\r#", rune(line[0])) {
			if line[0] != '"' {
				end := strings.IndexAny(line, " \t\r#\"")
				if end < 0 {
					end = len(line)
				}
				word.text, line = word.text+line[:end], line[end:]
				continue
			}
			part, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("expected a quote at the end of %s", brief(line))
			}
			text, err := strconv.Unquote(part)
			if err != nil {
				return nil, fmt.Errorf("expected text in quotes, found %s", brief(part))
			}
			word.text, line = word.text+text, line[len(part):]
		}
		words = append(words, word)
	}
}

// quoted puts quotes around a value that is not one word without them.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " =\"#\\") || strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return strconv.Quote(s)
	}
	return s
}

// brief shortens a list of thousands of tasks for an error.
func brief(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

// wordLines are the lines that have words and no keys.
var wordLines = map[string]func(t *textReader, words []textWord) error{
	"note":  (*textReader).note,
	"epoch": (*textReader).epoch,
	"set":   (*textReader).set,
	"hosts": (*textReader).hosts,
}

func (t *textReader) note(words []textWord) error {
	if len(words) != 1 {
		return errors.New(`expected: note "TEXT"`)
	}
	t.w.Notes = append(t.w.Notes, note.Plain(words[0].text))
	return nil
}

func (t *textReader) epoch(words []textWord) error {
	if len(words) != 1 {
		return errors.New("expected: epoch TIME")
	}
	at, err := time.Parse(time.RFC3339Nano, words[0].text)
	if err != nil {
		return fmt.Errorf("epoch %s: expected a time such as 2026-03-31T08:00:00Z", words[0].text)
	}
	t.w.Epoch = at.UTC()
	return nil
}

func (t *textReader) set(words []textWord) error {
	if len(words) != 2 || t.app == nil {
		return errors.New("expected, after an app: set PROPERTY VALUE")
	}
	t.app.Properties[words[0].text] = words[1].text
	return nil
}

func (t *textReader) hosts(words []textWord) error {
	if t.app == nil || len(t.app.Hosts) > 0 {
		return errors.New("expected, after an app and before its stages: hosts, and their names")
	}
	for _, word := range words {
		t.app.Hosts = append(t.app.Hosts, word.text)
	}
	return nil
}
