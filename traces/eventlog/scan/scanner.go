package scan

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// A Scanner reads values from one line of JSON without allocating memory.
//
// It accepts exactly the lines that the library accepts, which a fuzz test checks.
// Values that are skipped are checked too: a crashed disk can leave half a line
// joined to the next one, which would hide an event.
type Scanner struct {
	Line []byte
	at   int    // index of the next byte
	Err  error  // the first fault; after it every method returns zero values
	Buf  []byte // of the last text that had escapes
}

// A Fault says why a line is not a whole event; reading continues after it. The texts
// complete "line 12: ".
type Fault string

func (f Fault) Error() string { return string(f) }

// Faults of a line.
const (
	ErrCutLine   Fault = "the line ends inside a JSON object"
	ErrNotJSON   Fault = "not a JSON object"
	ErrTrailing  Fault = "something follows the JSON object"
	ErrWrongType Fault = "a value does not have the type that Spark writes"
	ErrTooLarge  Fault = "a number does not fit in 64 bits"
	ErrNoEvent   Fault = "the object has no Event"
	ErrTooDeep   Fault = "values are nested too deeply"
)

// maxDepth is the deepest nesting that the library accepts.
const maxDepth = 10000

func (s *Scanner) fail(err error) {
	if s.Err == nil {
		s.Err = err
	}
	s.at = len(s.Line)
}

// Peek returns the next byte that is not white space, 0 at the end.
func (s *Scanner) Peek() byte {
	for s.at < len(s.Line) {
		switch c := s.Line[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// wrong fails because of a byte that JSON does not allow here, or the line's end.
func (s *Scanner) wrong() {
	if s.at >= len(s.Line) {
		s.fail(ErrCutLine)
		return
	}
	s.fail(ErrNotJSON)
}

// FirstKey enters the object that comes next and returns its first key, which is
// valid until the next text is read. The value of each key must be read or skipped
// before NextKey. It returns nil if there is no key: null counts as an object without
// any, and any other value is a fault.
func (s *Scanner) FirstKey() []byte {
	if c := s.Peek(); c != '{' {
		s.mistyped(c)
		return nil
	}
	s.at++
	return s.key(true)
}

// NextKey returns the next key of an object, nil at its end.
func (s *Scanner) NextKey() []byte { return s.key(false) }

func (s *Scanner) key(first bool) []byte {
	c := s.Peek()
	if c == '}' {
		s.at++
		return nil
	}
	if !first {
		if c != ',' {
			s.wrong()
			return nil
		}
		s.at++
		c = s.Peek()
	}
	if c != '"' {
		s.wrong()
		return nil
	}
	key := s.Text()
	if s.Peek() != ':' {
		s.wrong()
		return nil
	}
	s.at++
	return key
}

// mistyped passes over a value that begins with c and does not have the expected
// type. null is no fault: it counts as absent.
func (s *Scanner) mistyped(c byte) {
	switch c {
	case 'n':
		s.Skip()
	case 0, '}', ']', ',', ':':
		s.wrong()
	default:
		s.Skip()
		s.fail(ErrWrongType)
	}
}

// End checks that nothing follows the outermost value.
func (s *Scanner) End() {
	if s.Err == nil && (s.Peek() != 0 || s.at < len(s.Line)) {
		s.fail(ErrTrailing)
	}
}

// str passes over a string. It returns where the string lies, quotes included, and
// whether its bytes are its text.
func (s *Scanner) str() (from, to int, verbatim bool) {
	from, verbatim = s.at, true
	b, i := s.Line, s.at+1
	for {
		if i = skipPlain(b, i); i >= len(b) {
			break
		}
		switch c := b[i]; {
		case c == '"':
			s.at = i + 1
			return from, s.at, verbatim
		case c == '\\':
			verbatim = false
			n := escapeLen(b[i:])
			if n == 0 {
				s.fail(ErrNotJSON)
				return 0, 0, false
			}
			i += n
		case c < ' ':
			s.fail(ErrNotJSON)
			return 0, 0, false
		default:
			verbatim = verbatim && c < utf8.RuneSelf
			i++
		}
	}
	s.fail(ErrCutLine)
	return 0, 0, false
}

// skipPlain passes over plain bytes of a string, eight at a time, and returns the
// index of one that may not be plain, or of the last few bytes.
func skipPlain(b []byte, i int) int {
	const (
		ones = 0x0101010101010101
		high = 0x8080808080808080
	)
	for i+8 <= len(b) {
		v := binary.LittleEndian.Uint64(b[i:])
		q, e := v^(ones*'"'), v^(ones*'\\')
		// The high bit of a byte is set if the byte is a quote, an escape, a control
		// character or not ASCII. A borrow can set it wrongly, but only in a byte
		// after one where it is set rightly, so the first is always right.
		special := ((q-ones)&^q | (e-ones)&^e | (v-ones*' ')&^v | v) & high
		if special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
		i += 8
	}
	return i
}

// escapeLen is the length of the escape sequence at the start of b, 0 if there is
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

// Text reads a string, valid until the next call. null is empty.
func (s *Scanner) Text() []byte {
	if c := s.Peek(); c != '"' {
		s.mistyped(c)
		return nil
	}
	from, to, verbatim := s.str()
	if s.Err != nil {
		return nil
	}
	if verbatim {
		return s.Line[from+1 : to-1]
	}
	// The only fault that can remain is invalid UTF-8, which becomes U+FFFD.
	s.Buf, _ = jsontext.AppendUnquote(s.Buf[:0], s.Line[from:to])
	return s.Buf
}

// Int reads a whole number. null is 0.
func (s *Scanner) Int() int64 {
	c := s.Peek()
	if c != '-' && (c < '0' || c > '9') {
		s.mistyped(c)
		return 0
	}
	from := s.at
	if s.number(); s.Err != nil {
		return 0
	}
	digits := s.Line[from:s.at]
	if c == '-' {
		digits = digits[1:]
	}
	var n uint64
	for _, d := range digits {
		if d < '0' || d > '9' {
			s.fail(ErrWrongType)
			return 0
		}
		if n > math.MaxInt64/10 {
			s.fail(ErrTooLarge)
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
	s.fail(ErrTooLarge)
	return 0
}

// Bool reads a truth value. null is false.
func (s *Scanner) Bool() bool {
	c := s.Peek()
	s.Skip()
	if s.Err == nil && c != 't' && c != 'f' && c != 'n' {
		s.fail(ErrWrongType)
	}
	return s.Err == nil && c == 't'
}

// number passes over a number.
func (s *Scanner) number() {
	b, i := s.Line, s.at
	if b[i] == '-' {
		i++
	}
	end := i + 1
	if i >= len(b) || b[i] != '0' {
		end = skipDigits(b, i)
	}
	ok := end > i
	if i = end; ok && i < len(b) && b[i] == '.' {
		end = skipDigits(b, i+1)
		ok, i = end > i+1, end
	}
	if ok && i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end = skipDigits(b, i)
		ok, i = end > i, end
	}
	if s.at = i; !ok {
		s.wrong()
	}
}

// skipDigits returns the index after the decimal digits from index i on.
func skipDigits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// literal passes over true, false or null.
func (s *Scanner) literal(word string) {
	rest := s.Line[s.at:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		s.at += len(word)
		return
	}
	if len(rest) < len(word) && string(rest) == word[:len(rest)] {
		s.fail(ErrCutLine)
		return
	}
	s.fail(ErrNotJSON)
}

// Skip passes over a value of any type.
func (s *Scanner) Skip() { s.value(1) }

// value passes over a value at some depth of nesting.
func (s *Scanner) value(depth int) {
	switch c := s.Peek(); c {
	case '"':
		s.str()
	case '{', '[':
		s.at++
		if depth > maxDepth {
			s.fail(ErrTooDeep)
			return
		}
		s.members(c, depth)
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		s.number()
	default:
		s.wrong()
	}
}

// members passes over the rest of an object or array after its bracket. It does not
// use firstKey, which would decode each key.
func (s *Scanner) members(bracket byte, depth int) {
	if s.Peek() == bracket+2 { // the closing one, for both kinds of brackets in ASCII
		s.at++
		return
	}
	s.member(bracket, depth)
	s.moreMembers(bracket, depth)
}

// moreMembers passes over the rest of an object or array after one of its members.
func (s *Scanner) moreMembers(bracket byte, depth int) {
	for s.Err == nil {
		switch s.Peek() {
		case ',':
			s.at++
			s.member(bracket, depth)
		case bracket + 2:
			s.at++
			return
		default:
			s.wrong()
		}
	}
}

// member passes over a value, and its key in an object.
func (s *Scanner) member(bracket byte, depth int) {
	if bracket == '{' {
		if s.Peek() != '"' {
			s.wrong()
			return
		}
		if s.str(); s.Peek() != ':' {
			s.wrong()
			return
		}
		s.at++
	}
	s.value(depth + 1)
}
