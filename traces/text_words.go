package traces

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A textWord is a word of a line; one that begins with a quote is no key=value.
type textWord struct {
	text   string
	quoted bool
}

// textWords splits a line at blanks. Quotes, in which Go's escapes hold, keep a
// word together; # outside of them starts a comment.
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

// textLists are the lines that take words as they are, not key=value.
var textLists = map[string]func(t *textReader, words []textWord) error{
	"note":  (*textReader).note,
	"epoch": (*textReader).epoch,
	"set":   (*textReader).set,
	"hosts": (*textReader).hosts,
}

func (t *textReader) note(words []textWord) error {
	if len(words) != 1 {
		return errors.New(`expected: note "TEXT"`)
	}
	t.w.Notes = append(t.w.Notes, words[0].text)
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
