package policies

import "testing"

// An executor has files of a shuffle that one job wrote and, much later, another job reads:
// it is held for the job that runs, and between the two for the files alone.
func TestAnExecutorIsHeldForTheJobThatReadsItsFiles(t *testing.T) {
	s, err := Parse("spark,shuffle=tracking,tracking-timeout=1h")
	if err != nil {
		t.Fatal(err)
	}
	p := s.New(Env{Client: takesAll{}, Profiles: []Profile{{Slots: 1}}, Rules: Newest})
	holds := func(when string, executor ExecutorID, cause Cause, job int) {
		t.Helper()
		if h := p.(Holder).HeldBy(executor); h.Cause != cause || h.Job != job {
			t.Errorf("%s: held by %v for job %d, not by %v for job %d", when, h.Cause, h.Job, cause, job)
		}
	}
	p.Observe(&Event{Kind: ExecutorAdded})
	p.Observe(&Event{Kind: JobStart, Job: 3, Stages: []MapStage{{Stage: 0, Shuffle: 0}, {Stage: 1, Shuffle: 1}}})
	p.Observe(&Event{Kind: TaskStart, Stage: StageAttempt{ID: 1}})
	p.Observe(&Event{Kind: TaskEnd, Stage: StageAttempt{ID: 1}})
	holds("the first job runs", 0, HeldLiveShuffle, 3)
	p.Observe(&Event{Kind: JobEnd, Job: 3})
	holds("no job runs", 0, HeldShuffle, -1)
	p.Observe(&Event{Kind: JobStart, Job: 4, Stages: []MapStage{{Stage: 2, Shuffle: 2}}})
	holds("a job runs that reads other files", 0, HeldShuffle, -1)
	p.Observe(&Event{Kind: ExecutorAdded, Executor: 1})
	p.Observe(&Event{Kind: TaskStart, Stage: StageAttempt{ID: 2}, Executor: 1})
	p.Observe(&Event{Kind: TaskEnd, Stage: StageAttempt{ID: 2}, Executor: 1})
	holds("a job runs that wrote other files", 1, HeldLiveShuffle, 4)
	p.Observe(&Event{Kind: JobStart, Job: 5, Stages: []MapStage{{Stage: 1, Shuffle: 1}}})
	holds("a job runs that reads the files", 0, HeldLiveShuffle, 5)
}
