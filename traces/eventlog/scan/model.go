package scan

import (
	"encoding/binary"
	"math/bits"
)

// A model is an object that was read, with its text and where the values lie in it. The
// next object of its kind mostly differs in some of the values alone, so it is read by
// comparing the texts and reading anew the values that differ. Equal texts after equal
// beginnings mean the same, so the rest is as well-formed as that of the model. Where the
// texts differ between values, as lists do that have other lengths, the rest of the list or
// object is scanned.
type model[T any] struct {
	text   []byte // an object, from bracket to bracket
	event  T
	points []point[T]
	near   []int32 // by byte: the point whose value it belongs to, else ^ the last point before it
	groups []group[T]
}

// A point is a place in the text of a model where the scanner stands between two tokens.
type point[T any] struct {
	kind       pointKind
	number     bool
	start, end int32    // of a value, or of a bracket
	field      Field[T] // of a value that is needed
	group      int32    // in which the scanner stands at end
}

type pointKind uint8

const (
	valuePoint pointKind = iota
	openPoint            // after the opening bracket of a group
	closePoint           // after the closing bracket of a group
)

// A group is a list or an object. The first one is the whole object.
type group[T any] struct {
	bracket byte
	depth   int
	end     int32       // after its closing bracket
	last    int32       // the point at which its last element begins; 0: it has none
	fields  Fields[T]   // nil: it is not needed
	placed  []placed[T] // of fields, in order
}

// A placed is a field at its place in the text of a model.
type placed[T any] struct {
	start int32
	field Field[T]
}

// follow reads an object by comparing it with the model. It reports whether the model fits.
func (m *model[T]) follow(d *Decoder, e, zero *T) bool {
	line, i, j := d.Line, d.at, 0
	same := 0 // from where on the model is equal to the line up to j
	for {
		n := equalBytes(line[i:], m.text[j:])
		if i, j = i+n, j+n; j == len(m.text) {
			d.at = i
			return true
		}
		if i == len(line) {
			return false
		}
		k := m.near[j]
		if k < 0 {
			k = ^k
			if p := &m.points[k]; !p.number || int(p.end) != j || !continuesNumber(line[i]) {
				if i, j = m.resume(d, e, zero, int(k), i, j); j < 0 {
					return false
				}
				same = j
				continue
			}
		}
		p := &m.points[k]
		if int(p.start) < same {
			return false // the value was read, and something is wrong with what follows
		}
		from := i - (j - int(p.start))
		d.at = from
		if p.number {
			end := 0
			if p.field.number == nil {
				end = wholeNumber(line, from)
			} else if number, after := digits(line, from); after > 0 {
				*p.field.number(e) = number
				end = after
			}
			if end > 0 {
				i, j = end, int(p.end)
				same = j
				continue
			}
		}
		switch {
		case p.field.read != nil:
			p.field.read(d, e)
		case line[from] == '"':
			d.str()
		default:
			d.value(m.groups[p.group].depth + 1)
		}
		if d.Err != nil {
			return false
		}
		i, j = d.at, int(p.end)
		same = j
	}
}

// resume goes on after the texts differ, at i in the line and at j in the model, between
// the point k and the next one. It returns where they are equal again, or a negative j.
func (m *model[T]) resume(d *Decoder, e, zero *T, k, i, j int) (int, int) {
	p := &m.points[k]
	g := &m.groups[p.group]
	if j < int(p.end) {
		return 0, -1 // this is no object
	}
	if g.fields != nil && int(g.end)-j > j {
		return 0, -1 // another model is faster than scanning so much
	}
	d.at = i - (j - int(p.end))
	if g.bracket == '[' && d.at == i && d.Line[i] == ',' && g.last > 0 && p.kind != openPoint {
		// The list is longer than that of the model: its next element may be like the last.
		if next := &m.points[g.last]; next.kind == openPoint && i+1 < len(d.Line) && d.Line[i+1] == m.text[next.start] {
			return i + 2, int(next.end)
		}
	}
	switch {
	case g.fields != nil:
		for i := range g.placed {
			if f := &g.placed[i]; f.start >= p.end {
				f.field.unread(e, zero)
			}
		}
		g.fields.read(d, e, d.key(p.kind == openPoint))
	case p.kind == openPoint:
		d.members(g.bracket, g.depth)
	default:
		d.moreMembers(g.bracket, g.depth)
	}
	if d.Err != nil {
		return 0, -1
	}
	return d.at, int(g.end)
}

// notDigits has the high bit of each byte set that is no decimal digit, at least up to the
// first of them.
func notDigits(v uint64) uint64 {
	v ^= 0x3030303030303030
	return (v | (v + 0x7676767676767676)) & 0x8080808080808080
}

// digits reads a number of up to 18 digits, which is most of them, and where it ends; an
// end of 0 means that it is none of these.
func digits(b []byte, at int) (n int64, end int) {
	i := at
	for i+8 <= len(b) {
		v := binary.LittleEndian.Uint64(b[i:])
		if notDigits(v) != 0 {
			break
		}
		// Pairs of digits become bytes, pairs of these numbers below 10,000, and so on.
		v = (v & 0x0f0f0f0f0f0f0f0f) * (10<<8 + 1) >> 8
		v = (v & 0x00ff00ff00ff00ff) * (100<<16 + 1) >> 16
		v = (v & 0x0000ffff0000ffff) * (10000<<32 + 1) >> 32
		n = n*100_000_000 + int64(v)
		i += 8
	}
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		n = n*10 + int64(b[i]-'0')
	}
	if i == at || i > at+18 || b[at] == '0' && i > at+1 || i < len(b) && continuesNumber(b[i]) {
		return 0, 0
	}
	return n, i
}

// wholeNumber returns where a number of digits alone ends, 0 if it is none.
func wholeNumber(b []byte, at int) int {
	i := at
	for ; i+8 <= len(b); i += 8 {
		if other := notDigits(binary.LittleEndian.Uint64(b[i:])); other != 0 {
			i += bits.TrailingZeros64(other) / 8
			break
		}
	}
	i = skipDigits(b, i)
	if i == at || b[at] == '0' && i > at+1 || i < len(b) && continuesNumber(b[i]) {
		return 0
	}
	return i
}

func continuesNumber(c byte) bool {
	return '0' <= c && c <= '9' || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// equalBytes returns how many bytes are equal at the beginning of both.
func equalBytes(a, b []byte) int {
	n := min(len(a), len(b))
	a, b = a[:n], b[:n]
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// newModel makes a model of an object that was read without a fault; nil if it has a field
// twice, because then its values are not those of single places.
func newModel[T any](text []byte, fields Fields[T], e *T) *model[T] {
	if len(text) == 0 || text[0] != '{' {
		return nil
	}
	b := modelBuilder[T]{d: Decoder{Scanner: Scanner{Line: append([]byte(nil), text...)}}}
	b.model = &model[T]{
		text: b.d.Line, event: *e, near: make([]int32, len(text)),
		points: []point[T]{{kind: openPoint, end: 1}}, groups: []group[T]{{bracket: '{', fields: fields}},
	}
	if b.object(0); b.twice || b.d.Err != nil {
		return nil
	}
	b.groups[0].end = int32(len(text))
	at := 0
	for k := 1; k < len(b.points); k++ {
		p, own := &b.points[k], int32(k)
		for ; at < int(p.start); at++ {
			b.near[at] = ^int32(k - 1)
		}
		if p.kind != valuePoint {
			own = ^int32(k - 1)
		}
		for ; at < int(p.end); at++ {
			b.near[at] = own
		}
	}
	for ; at < len(text); at++ {
		b.near[at] = ^int32(len(b.points) - 1)
	}
	return b.model
}

// A modelBuilder goes through the text of a model, which is well-formed, once more.
type modelBuilder[T any] struct {
	*model[T]
	d     Decoder
	twice bool
}

// object goes through an object that is needed, which is a group.
func (b *modelBuilder[T]) object(in int32) {
	d := &b.d
	fields := b.groups[in].fields
	seen := map[string]bool{}
	for key := d.FirstKey(); key != nil; key = d.NextKey() {
		name := string(key)
		f, needed := fields[name]
		b.twice = b.twice || needed && seen[name]
		seen[name] = true
		c := d.Peek()
		if needed {
			b.groups[in].placed = append(b.groups[in].placed, placed[T]{int32(d.at), f})
		}
		switch {
		case f.in != nil && c == '{':
			n := b.open(c, 0, f.in)
			b.object(n)
			b.close(n, in)
		case needed:
			b.value(f, in) // also where null stands for an object
		default:
			b.passOver(in, 0)
		}
	}
}

// open begins a group at its opening bracket.
func (b *modelBuilder[T]) open(bracket byte, depth int, fields Fields[T]) int32 {
	n, at := int32(len(b.groups)), int32(b.d.at)
	b.groups = append(b.groups, group[T]{bracket: bracket, depth: depth, fields: fields})
	b.points = append(b.points, point[T]{kind: openPoint, start: at, end: at + 1, group: n})
	return n
}

// close ends a group after its closing bracket.
func (b *modelBuilder[T]) close(n, in int32) {
	at := int32(b.d.at)
	b.groups[n].end = at
	b.points = append(b.points, point[T]{kind: closePoint, start: at - 1, end: at, group: in})
}

// value goes through a value as a whole.
func (b *modelBuilder[T]) value(f Field[T], in int32) {
	d := &b.d
	c := d.Peek()
	start := d.at
	d.Skip()
	b.points = append(b.points, point[T]{
		start: int32(start), end: int32(d.at), field: f, group: in, number: c == '-' || '0' <= c && c <= '9',
	})
}

// passOver goes through a value that is not needed, in a group.
func (b *modelBuilder[T]) passOver(in int32, depth int) {
	d := &b.d
	c := d.Peek()
	if c != '{' && c != '[' {
		b.value(Field[T]{}, in)
		return
	}
	n := b.open(c, depth+1, nil)
	d.at++
	for first := true; ; first = false {
		if d.Peek() == c+2 { // the closing bracket, for both kinds in ASCII
			break
		}
		if !first {
			d.at++ // the comma
		}
		if c == '{' {
			d.Peek()
			d.str()
			d.Peek()
			d.at++ // the colon
		}
		b.groups[n].last = int32(len(b.points))
		b.passOver(n, depth+1)
	}
	d.at++
	b.close(n, in)
}
