package hadoop

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/replay/cluster/yarn/scheduler"
)

// Notes about settings that have no effect in a replay.
var (
	NotModeled       = note.Declare("yarn-not-modeled", "file", "line", "setting")
	GroupsNotModeled = note.Declare("yarn-groups-not-modeled", "file", "line", "setting")
	otherScheduler   = note.Declare("yarn-other-scheduler", "file", "line", "class", "scheduler")
)

// ContainerSizes reads the sizes of the smallest and the largest container, in MiB and
// virtual cores. The smallest must be at least lowest, which differs between
// schedulers. The names with resource-types are newer and have precedence.
//
// Source: AbstractYarnScheduler.getMinimumAllocation and getMaximumAllocation, with
// which all three schedulers start; ResourceUtils.
func (p *Properties) ContainerSizes(lowest scheduler.Resource) (smallest, largest scheduler.Resource) {
	const minimum, maximum = "yarn.scheduler.minimum-allocation-", "yarn.scheduler.maximum-allocation-"
	const memory, cores = "yarn.resource-types.memory-mb.", "yarn.resource-types.vcores."
	smallest.MemoryMB = p.MiB(memory+"minimum-allocation", p.MiB(minimum+"mb", 1024))
	smallest.Cores = p.Int(cores+"minimum-allocation", p.Int(minimum+"vcores", 1))
	largest.MemoryMB = p.MiB(memory+"maximum-allocation", p.MiB(maximum+"mb", 8192))
	largest.Cores = p.Int(cores+"maximum-allocation", p.Int(maximum+"vcores", 4))
	if !lowest.FitsIn(smallest) || !smallest.FitsIn(largest) {
		names := []string{memory + "minimum-allocation", minimum + "mb", minimum + "vcores", maximum + "mb", maximum + "vcores"}
		file, line := p.at(names[max(0, slices.IndexFunc(names, p.Has))])
		failAt(file, line, "expected a minimum-allocation of at least %s and at most the maximum-allocation of %s, found %s",
			lowest, largest, smallest)
	}
	return smallest, largest
}

// CheckClass adds a note if the file is for another scheduler than that of a class.
func (p *Properties) CheckClass(class string) {
	const name = "yarn.resourcemanager.scheduler.class"
	if other, ok := p.Text(name); ok && !strings.HasSuffix(other, "."+class) {
		p.NoteOf(name, otherScheduler, other, class)
	}
}

// NoteUnused adds a note about each property of scheduling that is not used.
func (p *Properties) NoteUnused() {
	for _, of := range p.Unused() {
		if concernsScheduler(of.Name) && of.Value != "" {
			p.NoteOf(of.Name, NotModeled, of.Name)
		}
	}
}

// concernsScheduler reports whether a property could affect a scheduler's decisions.
// Most properties of a yarn-site.xml cannot.
func concernsScheduler(name string) bool {
	if strings.Contains(name, ".scheduler.") {
		return true
	}
	for _, prefix := range []string{"yarn.resourcemanager.monitor.", "yarn.cluster.", "yarn.node-labels.", "yarn.resource-types."} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

var amountWithUnit = regexp.MustCompile(`^([0-9]+)( ?)([a-zA-Z]*)$`)

// bytesOf are the units of memory that YARN knows; see UnitsConversionUtil. Without a
// unit an amount is in MiB.
var bytesOf = map[string]int64{
	"": 1 << 20, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}

// ParseMiB reads an amount of memory such as 512 or 2Gi, in MiB.
func ParseMiB(text string) (int64, error) {
	const mib = 1 << 20
	m := amountWithUnit.FindStringSubmatch(text)
	if m == nil {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	unit, known := bytesOf[m[3]]
	switch {
	case err != nil || !known:
		return 0, strconv.ErrSyntax
	case unit%mib == 0: // not n*unit, which may overflow
		return n * (unit / mib), nil
	}
	return n * unit / mib, nil
}
