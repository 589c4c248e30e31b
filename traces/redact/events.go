package redact

import (
	"regexp"

	"dynalloc/internal/spark"
)

// Forms of text that are no names.
var (
	sparkWord    = regexp.MustCompile(`^[A-Za-z]{1,40}(_[A-Z]+)?$`) // a word of Spark's protocol
	digits       = regexp.MustCompile(`^[0-9]{1,19}$`)
	loopback     = regexp.MustCompile(`^(localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|::1)$`) // says that driver and executors share a machine, but not which
	executorID   = regexp.MustCompile(`^([0-9]{1,10}|driver|<driver>|localhost)$`)
	attemptID    = regexp.MustCompile(`^[0-9]{1,9}$`)
	appID        = regexp.MustCompile(`^(app-\d{14}-\d{4,}|application_\d{10,}_\d{4,}|local-\d{10,}|spark-[0-9a-f]{32}|spark-application-\d{10,})$`)
	sparkVersion = regexp.MustCompile(`^\d+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z.]+)*$`)
	defaultPool  = regexp.MustCompile(`^default$`)
	isoTime      = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$`)
	plainSetting = regexp.MustCompile(`^(-?[0-9.]+ ?[A-Za-z]{0,3}|(?i)true|false|FIFO|FAIR|infinity|max)$`)
)

// keptEvents are the events that a workload needs (as in package eventlog), with the
// fields that it needs of each.
var keptEvents = map[string]fields{
	"SparkListenerLogStart":             {event, {"Spark Version", unless(sparkVersion, "version")}, {"Timestamp", number{}}},
	"DBCEventLoggingListenerMetadata":   {event, {"Spark Version", unless(sparkVersion, "version")}, {"Timestamp", number{}}, {"Rollover Number", number{}}},
	"SparkListenerApplicationStart":     {event, {"App Name", text((*redactor).appName)}, {"App ID", unless(appID, "id")}, {"Timestamp", number{}}, {"User", replaced("user")}, {"App Attempt ID", unless(attemptID, "attempt")}},
	"SparkListenerApplicationEnd":       {event, {"Timestamp", number{}}},
	"SparkListenerEnvironmentUpdate":    {event, {"Spark Properties", settings}},
	"SparkListenerResourceProfileAdded": {event, {"Resource Profile Id", number{}}, {"Executor Resource Requests", requests}, {"Task Resource Requests", requests}},
	"SparkListenerExecutorAdded": {event, {"Timestamp", number{}}, executor, {"Executor Info", fields{
		host, {"Total Cores", number{}}, {"Resource Profile Id", number{}}, {"Request Time", number{}}, {"Registration Time", number{}}}}},
	"SparkListenerExecutorRemoved":     {event, {"Timestamp", number{}}, executor, {"Removed Reason", text(removedReason)}},
	"SparkListenerBlockManagerAdded":   {event, {"Block Manager ID", fields{executor, host}}, {"Timestamp", number{}}},
	"SparkListenerBlockManagerRemoved": {event, {"Block Manager ID", fields{executor, host}}, {"Timestamp", number{}}},
	"SparkListenerUnpersistRDD":        {event, {"RDD ID", number{}}},
	"SparkListenerJobStart": {event, {"Job ID", number{}}, {"Submission Time", number{}}, {"Stage Infos", each{stageFields}}, {"Stage IDs", each{number{}}}, {"Properties", fields{
		{"spark.scheduler.pool", unless(defaultPool, "pool")}, {"spark.jobGroup.id", replaced("group")}, {"spark.job.description", replaced("description")},
		{"spark.sql.execution.id", unless(digits, "execution")}, {"spark.sql.execution.root.id", unless(digits, "execution")},
		{"sql.streaming.queryId", replaced("query")}, {"streaming.sql.batchId", unless(digits, "batch")}, {"spark.streaming.internal.batchTime", unless(digits, "batch")},
		{"spark.databricks.job.runId", replaced("run")}, {"spark.databricks.job.parentRunId", replaced("run")},
		{"spark.databricks.notebook.id", replaced("notebook")}, {"spark.databricks.replId", replaced("notebook")}}}},
	"SparkListenerJobEnd":         {event, {"Job ID", number{}}, {"Completion Time", number{}}, {"Job Result", fields{{"Result", unless(sparkWord, "result")}}}},
	"SparkListenerStageSubmitted": {event, {"Stage Info", stageFields}},
	"SparkListenerStageCompleted": {event, {"Stage Info", stageFields}},
	"SparkListenerTaskStart":      {event, {"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Task Info", taskFields}},
	"SparkListenerTaskEnd": {event, {"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Task Type", unless(sparkWord, "type")},
		{"Task End Reason", fields{{"Reason", unless(sparkWord, "reason")}, {"Block Manager Address", fields{executor}}}}, {"Task Info", taskFields}, {"Task Metrics", metricFields}},
	"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent": {event, {"progress", fields{
		{"id", replaced("query")}, {"batchId", number{}}, {"timestamp", unless(isoTime, "time")}, {"durationMs", fields{{"triggerExecution", number{}}}}}}},
	"org.apache.spark.sql.streaming.StreamingQueryListener$QueryTerminatedEvent":        {event, {"id", replaced("query")}, {"exception", text(func(*redactor, string) string { return "failed" })}},
	"org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServerOperationStart": {event, {"sessionId", replaced("session")}, {"groupId", replaced("group")}},
}

// Fields that come more than once.
var (
	event    = field{"Event", text(func(_ *redactor, s string) string { return s })}
	executor = field{"Executor ID", unless(executorID, "executor")}
	host     = field{"Host", unless(loopback, "host")}

	exclusionFields = fields{
		event, {"time", number{}}, {"executorId", unless(executorID, "executor")}, {"hostId", unless(loopback, "host")},
		{"stageId", number{}}, {"stageAttemptId", number{}},
	}
	stageFields = fields{
		{"Stage ID", number{}}, {"Stage Attempt ID", number{}}, {"Stage Name", replaced("stage")}, {"Number of Tasks", number{}},
		{"RDD Info", each{fields{{"RDD ID", number{}}, {"Parent IDs", each{number{}}}, {"Barrier", number{}}, {"Storage Level", fields{{"Use Disk", number{}}, {"Use Memory", number{}}}}}}},
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

// removedReason keeps of the reason for a removal what calibration and replays of losses
// need: whether the driver killed the executor, or it was lost, or its host was.
func removedReason(_ *redactor, reason string) string { return spark.PlainReason(reason) }

// requests keeps the resources of a profile by name, such as cores, memory and gpu.
var requests = members(func(r *redactor, name string) field {
	return field{unless(sparkWord, "resource")(r, name), fields{{"Amount", number{}}}}
})
