package onspark

import (
	"context"
	"io"
	"strings"
	"time"
)

// A Cluster is a Spark cluster, and what runs on it.
type Cluster struct {
	Master string // spark://HOST:PORT, yarn, k8s://URL, local[N], or sc://HOST:PORT of Spark Connect
	// Conf are properties of the session, as KEY=VALUE. The properties in defaultConf apply
	// if they are not among them.
	Conf []string
	// Files are sent once to each node. Command runs in their folder, with /bin/sh, and must
	// answer as Guard does.
	Files   []string
	Command []string
	// Transform has the program started by SQL (SELECT TRANSFORM) from the beginning, and not
	// only where Python or pyarrow cannot be used.
	Transform bool
	Log       io.Writer // gets the output of Spark's driver; may be nil
}

// defaultConf are the properties with which the driver starts unless the user sets them.
// An executor that is killed counts as a failure of its tasks, and this can happen often.
var defaultConf = []string{"spark.task.maxFailures=100", "spark.ui.showConsoleProgress=false"}

// Connect reports whether the cluster is reached by Spark Connect.
func (c *Cluster) Connect() bool { return strings.HasPrefix(c.Master, "sc://") }

// A Failure is a request without an answer.
type Failure struct {
	Request  int // its index
	Attempts int
	Status   string // how the worker ended, or how its job failed
	Stderr   string // the end of the worker's standard error
}

// Stats are what requests have cost.
type Stats struct {
	Slots      int    // tasks that run at a time, as Spark says
	Transform  bool   // whether the program was started by SQL
	Spark      string // its version
	Jobs       int    // that were done
	FailedJobs int
	Tasks      int
	Restarts   int           // of the driver
	Starts     int           // of worker programs
	StartMS    int64         // until the first answers of these, ms
	Answers    int           // that were not the first of a worker program
	AnswerMS   int64         // until these answers, ms
	Duplicates int           // answers that came twice, and were equal
	Missing    int           // requests of done jobs that had no answer
	SentBytes  int64         // to the driver, without the files
	GotBytes   int64         // from the driver
	FileBytes  int64         // that each node gets
	Driver     time.Duration // processor time of Spark's drivers that have ended
}

// Do answers requests, which are lines without tabs, in any order and number of attempts.
// It calls got once for each answer, with the index of the request, one call at a time. An
// error of got ends it. The failures are the requests that have no answer after all
// attempts. The error is not nil if the cluster cannot be used, or not any more; answers
// until then were good.
func (c *Cluster) Do(ctx context.Context, requests []string, got func(i int, line string) error) ([]Failure, Stats, error) {
	s := c.Session()
	failures, err := s.Do(ctx, requests, got)
	s.Close()
	return failures, s.Stats, err
}

// A Session keeps the driver for several lists of requests.
type Session struct {
	Stats   Stats
	cluster *Cluster
	driver  *driver // nil: none runs
	jobs    int     // numbers of jobs
	worked  bool    // a job was done in this way of starting the program
	alive   bool    // a worker has answered
}

// Session returns a session whose driver starts with the first requests.
func (c *Cluster) Session() *Session {
	return &Session{cluster: c, Stats: Stats{Transform: c.Transform}}
}

// Close ends the driver.
func (s *Session) Close() {
	if s.driver != nil {
		s.driver.close()
		if state := s.driver.cmd.ProcessState; state != nil {
			s.Stats.Driver += state.UserTime() + state.SystemTime()
		}
		s.driver = nil
	}
}
