package kubernetes

import (
	"fmt"
	"strconv"
	"strings"
)

// CPU is an amount of processors in thousandths of a core. Its text form is
// Kubernetes': "2", "500m", "0.5".
type CPU int64

// Memory is an amount of memory in MiB. Its text form is Kubernetes': "36Gi",
// "512Mi", "2G", or a bare number of bytes; fractions of a MiB are dropped.
type Memory int64

// A Size is what a pod requests or a node has.
type Size struct {
	CPU    CPU
	Memory Memory
}

func (s Size) plus(o Size) Size   { return Size{s.CPU + o.CPU, s.Memory + o.Memory} }
func (s Size) minus(o Size) Size  { return Size{s.CPU - o.CPU, s.Memory - o.Memory} }
func (s Size) fitsIn(o Size) bool { return s.CPU <= o.CPU && s.Memory <= o.Memory }

func (s Size) String() string { return s.CPU.String() + " CPU and " + s.Memory.String() }

// UnmarshalText reads an amount of processors, at most 10^12 cores.
func (c *CPU) UnmarshalText(text []byte) error {
	word, scale := string(text), 1000.0
	if cut, ok := strings.CutSuffix(word, "m"); ok {
		word, scale = cut, 1
	}
	n, err := strconv.ParseFloat(word, 64)
	if err != nil || !(n >= 0 && n <= 1e12) {
		return fmt.Errorf("%q is not an amount of cpu; expected cores such as 2, 0.5 or 500m", text)
	}
	*c = CPU(float64(n*scale) + 0.5)
	return nil
}

func (c CPU) String() string {
	if c%1000 == 0 {
		return strconv.FormatInt(int64(c/1000), 10)
	}
	return strconv.FormatInt(int64(c), 10) + "m"
}

var memoryUnits = []struct {
	suffix string
	bytes  float64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40},
	{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"", 1},
}

// UnmarshalText reads an amount of memory, at most 10^18 bytes.
func (m *Memory) UnmarshalText(text []byte) error {
	for _, u := range memoryUnits {
		word, ok := strings.CutSuffix(string(text), u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(word, 64)
		if err != nil || !(n >= 0 && n*u.bytes <= 1e18) {
			break
		}
		*m = Memory(n * u.bytes / (1 << 20))
		return nil
	}
	return fmt.Errorf("%q is not an amount of memory; expected one such as 36Gi or 512Mi", text)
}

func (m Memory) String() string {
	if m%1024 == 0 {
		return strconv.FormatInt(int64(m/1024), 10) + "Gi"
	}
	return strconv.FormatInt(int64(m), 10) + "Mi"
}
