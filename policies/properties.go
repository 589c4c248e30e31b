package policies

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/magiconair/properties"

	"dynalloc/internal/spark"
)

// AppInfo is what FromProperties needs to know besides the properties.
type AppInfo struct {
	SparkVersion  string // whose defaults count; empty: the newest
	Master        string // spark.master; empty: as the properties say
	PeakExecutors int    // the most executors held at one time; 0: not known
}

// master returns the master URL: Master if it is set, else that of the properties.
func (app AppInfo) master(props spark.Properties) spark.Master {
	return spark.Master(cmp.Or(app.Master, props["spark.master"]))
}

var recordedKind = Kind{
	Name:     "recorded",
	Doc:      "The settings that each application's own log shows.",
	recorded: true,
}

// FromProperties returns the spec that Spark properties describe: dynamic allocation if
// it is enabled, else a static size. A static size that the properties do not give is
// PeakExecutors, at least 1. Dynamic allocation without any protection is not an error,
// because the application of a log did run: if it set a shuffle manager that is not known,
// that one kept the files (see RemoteShuffle), else it is marked Unprotected.
func FromProperties(props map[string]string, app AppInfo) (Spec, error) {
	s, err := fromProperties(props, app)
	if err != nil {
		return Spec{}, err
	}
	if s.Dynamic() && s.Protection.exposed() {
		s.Protection.Remote = spark.Properties(props).UnknownShuffle() != ""
		s.Protection.Unprotected = !s.Protection.Remote
	}
	if s.Executors == sizeUnknown {
		s.Executors = max(app.PeakExecutors, 1)
	}
	return s, s.check()
}

// RemoteShuffle reports whether an application's shuffle files are kept by a remote service
// or storage. concluded means that nothing names a known one: the log of an application that
// ran under dynamic allocation without any other protection, which Spark refuses, shows that
// the unknown shuffle manager that it set keeps them.
func RemoteShuffle(props spark.Properties, app AppInfo) (remote, concluded bool) {
	if props.RemoteShuffle() || props.UnknownShuffle() == "" {
		return props.RemoteShuffle(), false
	}
	s, err := fromProperties(props, app)
	concluded = err == nil && s.Dynamic() && s.Protection.exposed()
	return concluded, concluded
}

// ParseConf returns the spec that a spark-defaults.conf file describes, with the
// defaults of the newest Spark. The name is for errors.
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
	for key, value := range props { // any order: values are independent
		props[key] = strings.TrimSpace(value)
	}
	s, err := fromProperties(props, AppInfo{})
	if err == nil && s.Executors == sizeUnknown {
		err = errors.New("the number of executors is not given: set spark.dynamicAllocation.enabled, " +
			"or spark.cores.max with spark.executor.cores, or spark.executor.instances with spark.master yarn")
	}
	if err == nil {
		err = s.check()
	}
	known := s.Protection // to Spark, which a shuffle manager does not tell that files are safe
	known.Remote = spark.Properties(props).ReliableShuffle()
	if err == nil && s.Dynamic() && known.exposed() {
		err = errExposed
	}
	if err != nil {
		return Spec{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// sizeUnknown is a static size that properties do not give.
const sizeUnknown = -1

func fromProperties(props spark.Properties, app AppInfo) (Spec, error) {
	enabled, err := readSwitch(props, "spark.dynamicAllocation.enabled", false)
	if err != nil {
		return Spec{}, err
	}
	s := staticKind.spec()
	if enabled && !app.master(props).Local() {
		s = sparkKind.spec()
	}
	shipped := !spark.ParseVersion(app.SparkVersion).Before(3, 4) // tracking and migration of shuffle files are on by default
	s.Protection = Protection{Tracking: shipped, Remote: props.RemoteShuffle(), TrackingTimeout: Never}
	for _, set := range s.Kind.Settings {
		if value := props[set.Property]; set.Property != "" && value != "" {
			if err := set.readProperty(value, &s); err != nil {
				return Spec{}, err
			}
		}
		if set.Key == "backlog" {
			s.Allocation.Sustained = s.Allocation.Backlog
		}
	}
	if s.CoresMax == unlimited {
		s.CoresMax = 0
	}
	if s.Fixed() {
		s.Protection.Tracking = false
		s.Executors = staticSize(s, props, app.master(props))
		return s.canonical(), nil
	}
	if text := props["spark.executor.instances"]; text != "" {
		n, err := spark.ParseInt(text)
		if err != nil {
			return Spec{}, fmt.Errorf("spark.executor.instances: %w", err)
		}
		s.Allocation.Initial = max(s.Allocation.Initial, n)
	}
	s = s.canonical()
	migrate, err := readSwitch(props, "spark.storage.decommission.shuffleBlocks.enabled", shipped)
	if migrate || err != nil {
		return s, err
	}
	s.Protection.Migration = false
	if p := s.Protection; p.Decommission && !p.Service && !p.Tracking && !p.Remote {
		return s, errExposed // without this switch decommissioning does not protect shuffle files
	}
	return s, nil
}

// readSwitch reads a property that is true or false.
func readSwitch(props spark.Properties, key string, otherwise bool) (bool, error) {
	if props[key] == "" {
		return otherwise, nil
	}
	on, err := spark.ParseBool(props[key])
	if err != nil {
		return false, fmt.Errorf("%s: %w", key, err)
	}
	return on, nil
}

// staticSize is the number of executors of an application without dynamic allocation.
// On YARN and Kubernetes it is spark.executor.instances, 2 by default; on a standalone
// cluster it follows from spark.cores.max.
func staticSize(s Spec, props spark.Properties, master spark.Master) int {
	switch {
	case master.Local():
		return 1 // the driver is the only executor
	case master.YARN() || master.Kubernetes():
		return s.Executors
	case s.CoresMax > 0 && s.Cores > 0:
		return s.CoresMax / s.Cores
	case master == "" && props["spark.executor.instances"] != "":
		return s.Executors
	}
	return sizeUnknown
}
