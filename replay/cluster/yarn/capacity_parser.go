package yarn

import (
	"fmt"
)

// A capacityParser reads properties until one is wrong.
type capacityParser struct {
	*properties
	config   *CapacityConfig
	warnings []string
	err      error
}

func (p *capacityParser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *capacityParser) int(name string, otherwise int) int {
	n, err := p.number(name, int64(otherwise))
	if err != nil {
		p.fail(err)
	}
	return int(n)
}

func (p *capacityParser) float(name string, otherwise float32) float32 {
	f, err := p.decimal(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return f
}

func (p *capacityParser) float64(name string, otherwise float64) float64 {
	f, err := p.double(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return f
}

func (p *capacityParser) bool(name string, otherwise bool) bool {
	b, err := p.truth(name, otherwise)
	if err != nil {
		p.fail(err)
	}
	return b
}

// within is a number from low to high.
func (p *capacityParser) within(name string, otherwise, low, high float32) float32 {
	f := p.float(name, otherwise)
	if _, there := p.byName[name]; there && p.err == nil && (f < low || f > high) {
		p.fail(p.wrong(name, fmt.Sprintf("a number from %v to %v", low, high)))
	}
	return f
}
