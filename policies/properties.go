package policies

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/magiconair/properties"
)

// AppInfo is what a spec made from properties needs to know besides them.
type AppInfo struct {
	SparkVersion  string // defaults are those of this version; empty: of the newest
	Master        string // spark.master; empty: as the properties say
	PeakExecutors int    // most executors held at one time; 0: none, or not known
}

// FromProperties returns the spec that Spark properties amount to: dynamic
// allocation if it is enabled, else a static size. A static size that the
// properties do not give is PeakExecutors, but at least 1. Since a log shows an application
// that did run, dynamic allocation without any protection is not refused but
// marked Unprotected.
func FromProperties(props map[string]string, app AppInfo) (Spec, error) {
	s, err := fromProperties(props, app)
	if err != nil {
		return Spec{}, err
	}
	if s.Kind == "spark" && s.Protection.exposed() {
		s.Protection.Unprotected = true
	}
	if s.Executors == sizeUnknown {
		s.Executors = max(app.PeakExecutors, 1)
	}
	return s, s.check()
}

// ParseConf reads a spark-defaults.conf file as the spec that it amounts to
// under the newest Spark. The name stands in errors.
func ParseConf(r io.Reader, name string) (Spec, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Spec{}, fmt.Errorf("%s: %w", name, err)
	}
	loader := properties.Loader{Encoding: properties.UTF8, DisableExpansion: true}
	loaded, err := loader.LoadBytes(text)
	if err != nil {
		return Spec{}, fmt.Errorf("%s: %w", name, err)
	}
	props := loaded.Map()
	for key, value := range props {
		props[key] = strings.TrimSpace(value)
	}
	s, err := fromProperties(props, AppInfo{})
	if err == nil && s.Executors == sizeUnknown {
		err = errors.New("it does not say how many executors: set spark.dynamicAllocation.enabled, " +
			"or spark.cores.max with spark.executor.cores, or spark.executor.instances with spark.master yarn")
	}
	if err == nil {
		err = s.check()
	}
	if err != nil {
		return Spec{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// sizeUnknown is a static size that properties do not give.
const sizeUnknown = -1

func fromProperties(props map[string]string, app AppInfo) (Spec, error) {
	app.Master = cmp.Or(app.Master, props["spark.master"])
	enabled := false
	if text := props["spark.dynamicAllocation.enabled"]; text != "" {
		var err error
		if enabled, err = strconv.ParseBool(strings.ToLower(text)); err != nil {
			return Spec{}, fmt.Errorf("spark.dynamicAllocation.enabled: %q is neither true nor false", text)
		}
	}
	name := "static"
	if enabled && !isLocal(app.Master) {
		name = "spark"
	}
	kind, err := kindOf(name)
	if err != nil {
		return Spec{}, err
	}
	s := kind.defaults()
	s.Protection = Protection{Tracking: !before(app.SparkVersion, 3, 4), TrackingTimeout: Never}
	for _, set := range kind.Settings {
		if value := props[set.Property]; set.Property != "" && value != "" {
			if err := set.readProperty(value, &s); err != nil {
				return Spec{}, err
			}
		}
		if set.Key == "backlog" {
			s.Allocation.Sustained = s.Allocation.Backlog
		}
	}
	if s.Kind == "static" {
		s.Protection.Tracking = false
		s.Executors = staticSize(s, props, app)
		return s.canonical(), nil
	}
	if text := props["spark.executor.instances"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return Spec{}, fmt.Errorf("spark.executor.instances: %q is not a whole number", text)
		}
		s.Allocation.Initial = max(s.Allocation.Initial, n)
	}
	s = s.canonical()
	return s, s.migrateShuffle(props, app)
}

// migrateShuffle sees to the second switch of block migration: without it,
// decommissioning does not protect shuffle files.
func (s *Spec) migrateShuffle(props map[string]string, app AppInfo) error {
	const key = "spark.storage.decommission.shuffleBlocks.enabled"
	migrate := !before(app.SparkVersion, 3, 4)
	if text := props[key]; text != "" {
		var err error
		if migrate, err = strconv.ParseBool(strings.ToLower(text)); err != nil {
			return fmt.Errorf("%s: %q is neither true nor false", key, text)
		}
	}
	if migrate {
		return nil
	}
	p := &s.Protection
	p.Migration = false
	if p.Decommission && !p.Service && !p.Tracking {
		return errExposed
	}
	return nil
}

// staticSize is the number of executors that an application without dynamic
// allocation gets. On YARN and Kubernetes it is spark.executor.instances, 2 by
// default; on standalone it is what spark.cores.max has room for.
func staticSize(s Spec, props map[string]string, app AppInfo) int {
	switch {
	case isLocal(app.Master):
		return 1 // the driver is the only executor
	case app.Master == "yarn" || strings.HasPrefix(app.Master, "yarn-") || strings.HasPrefix(app.Master, "k8s:"):
		return s.Executors
	case s.CoresMax > 0 && s.Cores > 0:
		return s.CoresMax / s.Cores
	case app.Master == "" && props["spark.executor.instances"] != "":
		return s.Executors
	}
	return sizeUnknown
}

// isLocal tells whether a master runs everything in the driver: there Spark
// ignores dynamic allocation.
func isLocal(master string) bool {
	return master == "local" || strings.HasPrefix(master, "local[")
}

// Conf writes the spec as a spark-defaults.conf file that ParseConf reads back:
// the properties that differ from Spark's own defaults. It is empty for
// policies that are not Spark's.
func (s Spec) Conf() string {
	if s.Kind != "static" && s.Kind != "spark" {
		return ""
	}
	kind, err := kindOf(s.Kind)
	if err != nil {
		return ""
	}
	def := kind.defaults()
	def.Protection = Protection{Tracking: true, TrackingTimeout: Never}
	def.Allocation.Sustained = s.Allocation.Backlog
	def.Executors = -1
	var b strings.Builder
	fmt.Fprintf(&b, "spark.dynamicAllocation.enabled %t\n", s.Kind == "spark")
	for _, set := range kind.Settings {
		if value := set.write(&s); set.Property != "" && value != set.write(&def) {
			fmt.Fprintf(&b, "%s %s\n", set.Property, value)
		}
	}
	return b.String()
}
