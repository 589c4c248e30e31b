package eventlog

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// A scanner pulls values out of one line of JSON without allocating. It exists
// because nine tenths of an event log are TaskStart and TaskEnd lines, of which
// a workload needs two dozen numbers; everything else is left to a library.
//
// It accepts exactly what that library accepts, which a fuzz test holds it to:
// skipped values are checked too, because half a line with the next one glued
// to it is how a crashed disk looks, and it would hide an event.
type scanner struct {
	line []byte
	at   int
	err  error // the first fault; after it every method returns zero values
	own  []byte
}

// Faults of a line, in words that finish "line 12: ".
var (
	errCutLine   = errors.New("the line ends inside a JSON object")
	errNotJSON   = errors.New("not a JSON object")
	errTrailing  = errors.New("something follows the JSON object")
	errWrongType = errors.New("a value is not of the type that Spark writes")
	errTooLarge  = errors.New("a number does not fit in 64 bits")
	errNoEvent   = errors.New("the line has no Event")
	errTooDeep   = errors.New("values are nested too deeply")
)

// maxDepth is the nesting that jsontext allows.
const maxDepth = 10000

func (s *scanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.at = len(s.line)
}

// peek returns the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.line) {
		switch c := s.line[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// wrong is the fault of a byte that cannot stand where it is.
func (s *scanner) wrong(c byte) {
	if c == 0 && s.at >= len(s.line) {
		s.fail(errCutLine)
		return
	}
	s.fail(errNotJSON)
}

// open enters an object, and tells if there is one: null counts as absent.
func (s *scanner) open() bool {
	if c := s.peek(); c != '{' {
		s.other(c)
		return false
	}
	s.at++
	return s.err == nil
}

// other passes over a value that begins with c and is not of the type that is
// expected: null is no error.
func (s *scanner) other(c byte) {
	switch c {
	case 'n':
		s.skip()
	case 0, '}', ']', ',', ':':
		s.wrong(c)
	default:
		s.skip()
		s.fail(errWrongType)
	}
}

// key returns the next key of an object, nil at its end. first says that no
// key of it has been read yet. The value that follows must be read or skipped.
func (s *scanner) key(first bool) []byte {
	c := s.peek()
	if c == '}' {
		s.at++
		return nil
	}
	if !first {
		if c != ',' {
			s.wrong(c)
			return nil
		}
		s.at++
		c = s.peek()
	}
	if c != '"' {
		s.wrong(c)
		return nil
	}
	k := s.text()
	if c := s.peek(); c != ':' {
		s.wrong(c)
		return nil
	}
	s.at++
	return k
}

// end checks that nothing follows the outermost value.
func (s *scanner) end() {
	if s.err == nil && (s.peek() != 0 || s.at < len(s.line)) {
		s.fail(errTrailing)
	}
}

// What a byte inside a string means.
const (
	inside uint8 = iota
	quote
	escape
	control
	beyond // not ASCII
)

var inString = func() (class [256]uint8) {
	for c := range class {
		switch {
		case c == '"':
			class[c] = quote
		case c == '\\':
			class[c] = escape
		case c < ' ':
			class[c] = control
		case c >= 0x80:
			class[c] = beyond
		}
	}
	return class
}()

// str passes over a string and tells where it lies, quotes included, and
// whether its bytes are its text.
func (s *scanner) str() (from, to int, verbatim bool) {
	from, verbatim = s.at, true
	b, i := s.line, s.at+1
	for {
		if i = skipPlain(b, i); i >= len(b) {
			break
		}
		switch inString[b[i]] {
		case inside:
			i++
		case quote:
			s.at = i + 1
			return from, s.at, verbatim
		case escape:
			verbatim = false
			n := escapeLen(b[i:])
			if n == 0 {
				s.fail(errNotJSON)
				return 0, 0, false
			}
			i += n
		case control:
			s.fail(errNotJSON)
			return 0, 0, false
		case beyond:
			verbatim = false
			i++
		}
	}
	s.fail(errCutLine)
	return 0, 0, false
}

// skipPlain passes over bytes of a string that mean themselves, eight at a
// time, and stops at or before one that may not.
func skipPlain(b []byte, i int) int {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	for i+8 <= len(b) {
		v := binary.LittleEndian.Uint64(b[i:])
		q, e := v^(ones*'"'), v^(ones*'\\')
		// The high bit of a byte is set where it is a quote, an escape, below
		// space, or beyond ASCII. A borrow may set it too early, but only
		// above a byte where it is set rightly.
		special := ((q-ones)&^q | (e-ones)&^e | (v-ones*' ')&^v | v) & high
		if special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
		i += 8
	}
	return i
}

// escapeLen is the length of the escape sequence at the start of b, 0 if it is
// none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// text returns a string's text, valid until the next call. null is empty.
func (s *scanner) text() []byte {
	if c := s.peek(); c != '"' {
		s.other(c)
		return nil
	}
	from, to, verbatim := s.str()
	if s.err != nil {
		return nil
	}
	if verbatim {
		return s.line[from+1 : to-1]
	}
	// The only fault left is bad UTF-8, which becomes U+FFFD.
	s.own, _ = jsontext.AppendUnquote(s.own[:0], s.line[from:to])
	return s.own
}

// int returns a whole number. null is 0.
func (s *scanner) int() int64 {
	c := s.peek()
	if c != '-' && (c < '0' || c > '9') {
		s.other(c)
		return 0
	}
	from := s.at
	if !s.number() {
		return 0
	}
	digits := s.line[from:s.at]
	if c == '-' {
		digits = digits[1:]
	}
	var n uint64
	for _, d := range digits {
		if d < '0' || d > '9' {
			s.fail(errWrongType)
			return 0
		}
		if n > math.MaxInt64/10 {
			s.fail(errTooLarge)
			return 0
		}
		n = n*10 + uint64(d-'0')
	}
	switch {
	case c != '-' && n <= math.MaxInt64:
		return int64(n)
	case c == '-' && n <= math.MaxInt64+1:
		return -int64(n)
	}
	s.fail(errTooLarge)
	return 0
}

// bool returns a truth value. null is false.
func (s *scanner) bool() bool {
	c := s.peek()
	s.skip()
	if s.err == nil && c != 't' && c != 'f' && c != 'n' {
		s.fail(errWrongType)
	}
	return s.err == nil && c == 't'
}

// number passes over a number.
func (s *scanner) number() bool {
	b, i := s.line, s.at
	digits := func() bool {
		from := i
		for i < len(b) && '0' <= b[i] && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if b[i] == '-' {
		i++
	}
	ok := true
	if i < len(b) && b[i] == '0' {
		i++
	} else {
		ok = digits()
	}
	if ok && i < len(b) && b[i] == '.' {
		i++
		ok = digits()
	}
	if ok && i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		ok = digits()
	}
	if !ok {
		s.at = i
		if i >= len(b) {
			s.fail(errCutLine)
		} else {
			s.fail(errNotJSON)
		}
		return false
	}
	s.at = i
	return true
}

// literal passes over true, false or null.
func (s *scanner) literal(word string) {
	rest := s.line[s.at:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		s.at += len(word)
		return
	}
	if len(rest) < len(word) && string(rest) == word[:len(rest)] {
		s.fail(errCutLine)
		return
	}
	s.fail(errNotJSON)
}

// skip passes over a value of any type.
func (s *scanner) skip() { s.value(1) }

// value passes over a value that is so deep in others.
func (s *scanner) value(depth int) {
	switch c := s.peek(); c {
	case '"':
		s.str()
	case '{', '[':
		s.at++
		if depth > maxDepth {
			s.fail(errTooDeep)
			return
		}
		s.members(c, depth)
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		if c == '-' || '0' <= c && c <= '9' {
			s.number()
			return
		}
		s.wrong(c)
	}
}

// members passes over what is left of an object or array.
func (s *scanner) members(bracket byte, depth int) {
	closing := bracket + 2 // of both kinds in ASCII
	if s.peek() == closing {
		s.at++
		return
	}
	for s.err == nil {
		if bracket == '{' {
			if c := s.peek(); c != '"' {
				s.wrong(c)
				return
			}
			if s.str(); s.err != nil {
				return
			}
			if c := s.peek(); c != ':' {
				s.wrong(c)
				return
			}
			s.at++
		}
		if s.value(depth + 1); s.err != nil {
			return
		}
		switch c := s.peek(); c {
		case ',':
			s.at++
		case closing:
			s.at++
			return
		default:
			s.wrong(c)
			return
		}
	}
}
