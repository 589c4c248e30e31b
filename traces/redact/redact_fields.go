package redact

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"dynalloc/traces/eventlog"
)

// Forms of text that name nobody.
var (
	sparkWord    = regexp.MustCompile(`^[A-Za-z]{1,40}(_[A-Z]+)?$`) // a word of Spark's own protocol
	digits       = regexp.MustCompile(`^[0-9]{1,19}$`)
	loopback     = regexp.MustCompile(`^(localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|::1)$`) // says that driver and executors share a machine, and of none which
	executorID   = regexp.MustCompile(`^([0-9]{1,10}|driver|<driver>|localhost)$`)
	attemptID    = regexp.MustCompile(`^[0-9]{1,9}$`)
	appID        = regexp.MustCompile(`^(app-\d{14}-\d{4,}|application_\d{10,}_\d{4,}|local-\d{10,}|spark-[0-9a-f]{32}|spark-application-\d{10,})$`)
	sparkVersion = regexp.MustCompile(`^\d+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z.]+)*$`)
	defaultPool  = regexp.MustCompile(`^default$`)
	plainSetting = regexp.MustCompile(`^(-?[0-9.]+ ?[A-Za-z]{0,3}|(?i)true|false|FIFO|FAIR|infinity|max)$`)
)

// redactedEvents are the events of which a workload has a use (see needed), with
// the fields that it reads.
var redactedEvents = map[string]fields{
	"SparkListenerLogStart":             {event, {"Spark Version", unless(sparkVersion, "version")}, {"Timestamp", number{}}},
	"DBCEventLoggingListenerMetadata":   {event, {"Spark Version", unless(sparkVersion, "version")}, {"Timestamp", number{}}, {"Rollover Number", number{}}},
	"SparkListenerApplicationStart":     {event, {"App Name", text((*redactor).appName)}, {"App ID", unless(appID, "id")}, {"Timestamp", number{}}, {"User", called("user")}, {"App Attempt ID", unless(attemptID, "attempt")}},
	"SparkListenerApplicationEnd":       {event, {"Timestamp", number{}}},
	"SparkListenerEnvironmentUpdate":    {event, {"Spark Properties", settings{}}},
	"SparkListenerResourceProfileAdded": {event, {"Resource Profile Id", number{}}, {"Executor Resource Requests", requests{}}, {"Task Resource Requests", requests{}}},
	"SparkListenerExecutorAdded": {event, {"Timestamp", number{}}, executor, {"Executor Info", fields{
		host, {"Total Cores", number{}}, {"Resource Profile Id", number{}}, {"Request Time", number{}}, {"Registration Time", number{}}}}},
	"SparkListenerExecutorRemoved":     {event, {"Timestamp", number{}}, executor, {"Removed Reason", text(removedReason)}},
	"SparkListenerBlockManagerAdded":   {event, {"Block Manager ID", fields{executor, host}}, {"Timestamp", number{}}},
	"SparkListenerBlockManagerRemoved": {event, {"Block Manager ID", fields{executor, host}}, {"Timestamp", number{}}},
	"SparkListenerUnpersistRDD":        {event, {"RDD ID", number{}}},
	"SparkListenerJobStart": {event, {"Job ID", number{}}, {"Submission Time", number{}}, {"Stage Infos", each{stageFields}}, {"Stage IDs", each{number{}}}, {"Properties", fields{
		{"spark.scheduler.pool", unless(defaultPool, "pool")}, {"spark.jobGroup.id", called("group")}, {"spark.job.description", called("description")},
		{"spark.sql.execution.id", unless(digits, "execution")}, {"spark.sql.execution.root.id", unless(digits, "execution")}}}},
	"SparkListenerJobEnd":         {event, {"Job ID", number{}}, {"Completion Time", number{}}, {"Job Result", fields{{"Result", unless(sparkWord, "result")}}}},
	"SparkListenerStageSubmitted": {event, {"Stage Info", stageFields}},
	"SparkListenerStageCompleted": {event, {"Stage Info", stageFields}},
	"SparkListenerTaskStart":      {event, {"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Task Info", taskFields}},
	"SparkListenerTaskEnd": {event, {"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Task Type", unless(sparkWord, "type")},
		{"Task End Reason", fields{{"Reason", unless(sparkWord, "reason")}}}, {"Task Info", taskFields}, {"Task Metrics", metricFields}},
}

// A redactedField is one of fields, for those that come more than once.
type redactedField = struct {
	key  string
	what keeper
}

var (
	event    = redactedField{"Event", text(func(_ *redactor, s string) string { return s })}
	executor = redactedField{"Executor ID", unless(executorID, "executor")}
	host     = redactedField{"Host", unless(loopback, "host")}

	stageFields = fields{
		{"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Stage Name", called("stage")}, {"Number of Tasks", number{}},
		{"RDD Info", each{fields{{"RDD ID", number{}}, {"Parent IDs", each{number{}}}, {"Storage Level", fields{{"Use Disk", number{}}, {"Use Memory", number{}}}}}}},
		{"Parent IDs", each{number{}}}, {"Submission Time", number{}}, {"Completion Time", number{}},
		{"Failure Reason", text(func(*redactor, string) string { return "failed" })}, {"Resource Profile Id", number{}},
	}
	taskFields = fields{
		{"Task ID", number{}}, {"Index", number{}}, {"Attempt", number{}}, {"Partition ID", number{}}, {"Launch Time", number{}}, executor, host,
		{"Locality", unless(sparkWord, "locality")}, {"Speculative", number{}}, {"Getting Result Time", number{}}, {"Finish Time", number{}},
		{"Failed", number{}}, {"Killed", number{}},
	}
	metricFields = fields{
		{"Executor Deserialize Time", number{}}, {"Executor Run Time", number{}}, {"Result Serialization Time", number{}},
		{"Shuffle Read Metrics", fields{{"Remote Bytes Read", number{}}, {"Local Bytes Read", number{}}}},
		{"Shuffle Write Metrics", fields{{"Shuffle Bytes Written", number{}}}},
	}
)

// removedReason keeps of the reason for a removal what calibration looks at:
// whether the driver killed the executor.
func removedReason(_ *redactor, reason string) string {
	if strings.Contains(reason, "killed by driver") {
		return "Executor killed by driver."
	}
	return "removed"
}

// requests keeps the resources of a profile, by name: cores, memory, gpu.
type requests struct{}

func (requests) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	var all map[string]jsontext.Value
	if err := json.Unmarshal(value, &all, eventlog.DecodeOptions); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		kept, err := fields{{"Amount", number{}}}.keep(r, all[name])
		if err != nil {
			return nil, err
		}
		out = member(out, unless(sparkWord, "resource")(r, name), kept)
	}
	return append(out, '}'), nil
}

// settings keeps the Spark properties that decide about allocation: those that
// begin in one of these ways and have a number, a time, a size or a truth for a
// value. Keys beyond them may be of the user's making.
type settings struct{}

var keptSettings = []string{
	"spark.cores.max", "spark.deploy.", "spark.decommission.", "spark.default.parallelism", "spark.driver.cores", "spark.driver.memory",
	"spark.dynamicAllocation.", "spark.executor.cores", "spark.executor.instances", "spark.executor.memory", "spark.executor.heartbeatInterval",
	"spark.executor.decommission.", "spark.executor.pyspark.memory", "spark.cleaner.", "spark.excludeOnFailure.", "spark.files.maxPartitionBytes",
	"spark.kubernetes.allocation.", "spark.kubernetes.memoryOverheadFactor", "spark.locality.", "spark.memory.", "spark.scheduler.mode",
	"spark.scheduler.minRegisteredResourcesRatio", "spark.scheduler.maxRegisteredResourcesWaitingTime", "spark.shuffle.", "spark.speculation",
	"spark.sql.adaptive.", "spark.sql.shuffle.partitions", "spark.sql.files.maxPartitionBytes", "spark.stage.", "spark.standalone.",
	"spark.storage.decommission.", "spark.storage.replication.", "spark.task.", "spark.yarn.executor.memoryOverhead", "spark.network.timeout",
}

func (settings) keep(r *redactor, value jsontext.Value) (jsontext.Value, error) {
	var all map[string]jsontext.Value
	if err := json.Unmarshal(value, &all, eventlog.DecodeOptions); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		kept, err := settingRule(key).keep(r, all[key])
		if err != nil {
			return nil, err
		}
		if kept != nil {
			out = member(out, key, kept)
		}
	}
	return append(out, '}'), nil
}

// settingRule is what is kept of a property.
func settingRule(key string) text {
	switch key {
	case "spark.app.name":
		return (*redactor).appName
	case "spark.app.id":
		return unless(appID, "id")
	case "spark.yarn.queue", "spark.kubernetes.scheduler.volcano.queue":
		return unless(defaultPool, "queue")
	case "spark.master":
		return masterRule
	}
	known := slices.ContainsFunc(keptSettings, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	return func(_ *redactor, value string) string {
		if known && plainSetting.MatchString(value) {
			return value
		}
		return ""
	}
}

var placelessMaster = regexp.MustCompile(`^(yarn|yarn-client|yarn-cluster|local(\[[0-9*,]+\])?|local-cluster\[[0-9, ]+\])$`)

// masterRule keeps what kind of master it is, and not where.
func masterRule(r *redactor, master string) string {
	if placelessMaster.MatchString(master) {
		return master
	}
	scheme, _, found := strings.Cut(master, "://")
	if !found || !sparkWord.MatchString(scheme) && scheme != "k8s" {
		return r.pseudonym("master", master)
	}
	return scheme + "://" + r.pseudonym("master", master)
}
