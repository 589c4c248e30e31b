package eventlog

import (
	"cmp"
	"math"

	"dynalloc/traces/eventlog/lineage"
	"dynalloc/traces/eventlog/scan"
)

// A stageLog is what the log says about one stage, over all its attempts.
type stageLog struct {
	id      int
	name    string
	job     int     // index into assembler.jobs of the first job that lists it; -1: none
	listed  *jobLog // the latest job that lists it
	total   int     // tasks of the whole stage
	profile int     // Spark's id

	parents    []int // stage ids
	hasParents bool  // the log names them (Spark 1.4 and later)
	lineage    *lineage.Lineage

	submitted   bool
	submittedAt int64        // for the first time, ms since 1970
	wanted      int          // the most tasks with which an attempt was submitted
	attempts    []attemptLog // by number
	ended       bool         // an attempt ended
	completed   bool         // an attempt ended without a failure
	writes      bool         // its tasks are ShuffleMapTasks
	barrier     bool         // one of its RDDs is a barrier, so the stage is (RDD.isBarrier)
	repeated    bool         // it had speculative copies or more than one attempt
	runs        taskRuns     // tasks that succeeded
	firstLaunch int64        // of a task of its first attempt, ms since 1970
	lastLaunch  int64        // of any of its tasks, ms since 1970
	ends        []int64      // of the last task that succeeded in each attempt, ms since 1970, sorted
	*rareRuns                // never nil

	// What the end of the log makes of it (link.go, build.go).
	readers  []int64     // RDDs through which its children read its shuffle
	isParent bool        // it has children
	origin   *stageLog   // the stage that has its work; nil: none has
	sources  []*stageLog // the stages with work that it reads
	state    visitState  // of the walk that sorts stages
	index    int         // of an origin in Application.Stages; -1: it had no tasks
}

// A rareRuns is runs of tasks that most stages do not have.
type rareRuns struct {
	failures  []failedRun
	broken    []brokenRun // that an executor's loss ended
	originals []endedRun  // of which there may be copies: killed, and those beside a copy that succeeded
	copies    []endedRun  // speculative copies, however they ended
}

var noRareRuns = &rareRuns{}

// rare is the runs of a stage that most do not have, to be added to.
func (s *stageLog) rare() *rareRuns {
	if s.rareRuns == noRareRuns {
		s.rareRuns = &rareRuns{}
	}
	return s.rareRuns
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (a *assembler) stage(id int) *stageLog {
	if a.lastStage != nil && a.lastStage.id == id {
		return a.lastStage
	}
	s := a.stages.Get(id)
	if s == nil {
		s = a.stages.Add(id)
		*s = stageLog{id: id, job: -1, index: -1, rareRuns: noRareRuns}
	}
	a.lastStage = s
	return s
}

// describe takes a Stage Info, of whatever event.
func (a *assembler) describe(info *scan.StageInfo) *stageLog {
	s := a.stage(int(info.ID))
	s.name = cmp.Or(s.name, info.Name)
	s.profile = bounded(info.Profile)
	if info.Parents != nil {
		s.hasParents = true
		s.parents = s.parents[:0]
		for _, p := range info.Parents {
			if checkID("Stage ID", p) == nil {
				s.parents = append(s.parents, int(p))
			}
		}
	}
	if len(info.RDDs) > 0 {
		s.lineage = a.lineages.Of(s.id, info.RDDs)
		s.barrier = s.barrier || s.lineage.Barrier
	}
	return s
}

func (a *assembler) stageSubmitted(e *scan.StageEvent) error {
	if err := checkID("Stage ID", e.Info.ID); err != nil {
		return err
	}
	s := a.describe(&e.Info)
	if !s.submitted {
		s.submitted = true
		a.stagesSubmitted++
	}
	tasks, attempt := bounded(e.Info.Tasks), attemptOf(e.Info.Attempt)
	s.wanted = max(s.wanted, tasks)
	s.total = cmp.Or(s.total, tasks)
	s.attempt(attempt).tasks = tasks
	a.spent.Submitted(e.Info.ID, e.Info.Attempt, cmp.Or(max(e.Info.Submitted, 0), a.last), tasks)
	s.repeated = s.repeated || attempt > 0
	a.submissionTime(s, attempt, e.Info.Submitted)
	a.pressure.stage(&e.Info, a.last)
	return nil
}

func (a *assembler) submissionTime(s *stageLog, attempt int, ms int64) {
	if !a.see(ms) {
		return
	}
	s.attempt(attempt).submitted = ms
	if s.submittedAt == 0 || ms < s.submittedAt {
		s.submittedAt = ms
	}
}

func (a *assembler) stageCompleted(e *scan.StageEvent) error {
	if err := checkID("Stage ID", e.Info.ID); err != nil {
		return err
	}
	s := a.describe(&e.Info)
	s.ended = true
	s.completed = s.completed || !e.Info.Failed
	t := s.attempt(attemptOf(e.Info.Attempt))
	t.ended, t.failed = e.Info.Completed, e.Info.Failed
	a.submissionTime(s, attemptOf(e.Info.Attempt), e.Info.Submitted)
	a.advance(e.Info.Completed)
	a.interval(e.Info.Submitted, e.Info.Completed)
	a.pressure.stage(&e.Info, a.last)
	completed := cmp.Or(max(e.Info.Completed, 0), a.last)
	a.spent.Completed(e.Info.ID, e.Info.Attempt, completed)
	a.excluded.Completed(e.Info.ID, e.Info.Attempt, completed)
	a.runMemory.pack(s)
	return nil
}

const maxAttempt = math.MaxInt16

// attemptOf brings a stage attempt into range. Spark gives up after four in a row
// (spark.stage.maxConsecutiveAttempts).
func attemptOf(n int64) int { return min(bounded(n), maxAttempt) }
