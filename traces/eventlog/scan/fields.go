package scan

// Fields says, by their keys, which values of an object an event needs, and how each is
// read. All other values are passed over. A key may come twice, of which the last counts.
type Fields[T any] map[string]Field[T]

// A Field reads one value, or fields of an object inside of the object.
type Field[T any] struct {
	read   func(*Decoder, *T)
	unread func(e, zero *T) // takes back what read has done
	number func(*T) *int64  // where read puts a whole number; nil: it reads something else
	in     Fields[T]
}

// value is a field that is read as a whole, into one place.
func value[T, V any](at func(*T) *V, read func(*Decoder, *V)) Field[T] {
	return Field[T]{
		read:   func(d *Decoder, e *T) { read(d, at(e)) },
		unread: func(e, zero *T) { *at(e) = *at(zero) },
	}
}

// number is a whole number.
func number[T any](at func(*T) *int64) Field[T] {
	f := value(at, func(d *Decoder, n *int64) { *n = d.Int() })
	f.number = at
	return f
}

// truth is a truth value.
func truth[T any](at func(*T) *bool) Field[T] {
	return value(at, func(d *Decoder, b *bool) { *b = d.Bool() })
}

// numbers is a list of whole numbers.
func numbers[T any](at func(*T) *[]int64) Field[T] {
	return value(at, func(d *Decoder, n *[]int64) { *n = d.ints() })
}

// name is a text that comes again and again.
func name[T any](at func(*T) *string) Field[T] {
	return value(at, func(d *Decoder, s *string) { *s = d.name() })
}

// text is any text.
func text[T any](at func(*T) *string) Field[T] {
	return value(at, func(d *Decoder, s *string) { *s = string(d.Text()) })
}

// inside is an object with fields of the same event.
func inside[T any](fields Fields[T]) Field[T] {
	return Field[T]{
		read: func(d *Decoder, e *T) { fields.read(d, e, d.FirstKey()) },
		unread: func(e, zero *T) {
			for _, f := range fields { // any order: each has its own place
				f.unread(e, zero)
			}
		},
		in: fields,
	}
}

// read reads the rest of an object, from a key on.
func (f Fields[T]) read(d *Decoder, e *T, key []byte) {
	for ; key != nil; key = d.NextKey() {
		if field, needed := f[string(key)]; needed {
			field.read(d, e)
		} else {
			d.Skip()
		}
	}
}

// A Reader reads objects that have some fields. Objects that Spark writes look like others
// before them, so most are read by comparing them with one of these (see model).
type Reader[T any] struct {
	fields Fields[T]
	zero   T
	event  T           // the last one of a line
	models []*model[T] // the one that fitted last comes first
	reads  int
	learnt int
}

func newReader[T any](fields Fields[T], zero T) Reader[T] {
	return Reader[T]{fields: fields, zero: zero}
}

// read reads the object that comes next, null as one without keys.
func (r *Reader[T]) read(d *Decoder, e *T) {
	if d.Err != nil {
		return
	}
	from := d.at
	r.reads++
	for i, m := range r.models {
		*e = m.event
		if m.follow(d, e, &r.zero) {
			if i > 0 {
				copy(r.models[1:i+1], r.models[:i])
				r.models[0] = m
			}
			return
		}
		d.at, d.Err = from, nil
	}
	*e = r.zero
	if r.fields.read(d, e, d.FirstKey()); d.Err == nil {
		r.learn(d.Line[from:d.at], e)
	}
}

const (
	// maxModels bounds how many kinds of objects a Reader tells apart. Those of one event
	// differ by what Spark leaves out if it is 0 or absent.
	maxModels = 8
	// maxModel bounds, in bytes, the objects that are kept as models. A model takes five
	// times the memory of its text.
	maxModel = 256 << 10
)

// learn keeps an object as a model, unless too many were of no use.
func (r *Reader[T]) learn(text []byte, e *T) {
	if len(text) > maxModel || r.learnt > maxModels+r.reads/32 {
		return
	}
	r.learnt++
	m := newModel(text, r.fields, e)
	if m == nil {
		return
	}
	if len(r.models) < maxModels {
		r.models = append(r.models, nil)
	}
	copy(r.models[1:], r.models)
	r.models[0] = m
}
