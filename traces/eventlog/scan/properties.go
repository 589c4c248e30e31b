package scan

import (
	"cmp"
	"slices"
	"strings"

	"dynalloc/traces"
)

// JobProperties are the local properties of a job, most of which say who or what started it.
type JobProperties struct {
	Pool          string
	Group         string
	Description   string
	Execution     string // of SQL
	RootExecution string // of SQL

	Query     string // of Structured Streaming (StreamExecution.QUERY_ID_KEY)
	Batch     string // of Structured Streaming (MicroBatchExecution.BATCH_ID_KEY)
	BatchTime string // of Spark Streaming, ms since 1970
	Tags      string
	Run       string // of a Databricks job
	ParentRun string // of a Databricks job
	Notebook  string // of Databricks
	REPL      string // of Databricks
}

// Stream is the streaming query of a job and its micro-batch.
func (p *JobProperties) Stream() (query, batch string) {
	if p.BatchTime != "" {
		return p.ClassicStream(), p.BatchTime
	}
	if p.Query == "" {
		return "", ""
	}
	return p.Query, cmp.Or(p.Batch, p.Group)
}

// ClassicStream names the stream of a job of Spark Streaming: there is one for each
// application (org.apache.spark.streaming.scheduler.JobScheduler).
func (p *JobProperties) ClassicStream() string {
	if p.BatchTime == "" {
		return ""
	}
	return traces.ClassicStream
}

// ConnectSession is the user and session in the tag that Spark Connect gives to a job:
// SparkConnect_OperationTag_User_U_Session_S_Operation_O (ExecuteJobTag, from 3.5).
func (p *JobProperties) ConnectSession() string {
	_, rest, _ := strings.Cut(p.Tags, "SparkConnect_OperationTag_")
	name, _, _ := strings.Cut(rest, "_Operation_")
	return name
}

// SparkSession is the session in the tags of a job from Spark 4: spark-session-UUID-...
func (p *JobProperties) SparkSession() string {
	const uuid = 36
	_, rest, _ := strings.Cut(p.Tags, "spark-session-")
	return rest[:min(len(rest), uuid)]
}

// ZeppelinNote is the user and note in the job group of a Zeppelin paragraph:
// zeppelin|USER|NOTE|PARAGRAPH, before 0.9 with hyphens and without the user.
func (p *JobProperties) ZeppelinNote() string {
	for _, separator := range []string{"|", "-"} {
		if strings.HasPrefix(p.Group, "zeppelin"+separator) {
			return p.Group[:strings.LastIndex(p.Group, separator)]
		}
	}
	return ""
}

// Scopes names what a job can share with others, the closest relation first.
func (p *JobProperties) Scopes() [][2]string {
	all := [][2]string{
		{"execution", p.Execution},
		{"root", p.RootExecution}, // of the query to which a subquery belongs, from Spark 3.4
		{"group", p.Group},
		{"pool", cmp.Or(p.Pool, "default")},
	}
	return slices.DeleteFunc(all, func(scope [2]string) bool { return scope[1] == "" })
}
