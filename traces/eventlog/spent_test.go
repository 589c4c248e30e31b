package eventlog

import (
	"testing"
	"time"

	"dynalloc/traces"
)

// An executor with two slots registers at 1 s. Its stage is submitted at 10 s and its
// first attempt runs one task of two until 12 s, then fails. The second attempt runs both
// for a second. Nothing happens before 10 s, from 12 to 14 s, and from 15 to 16 s; one slot
// of two is free beside a waiting task for two seconds; both slots run the second attempt
// for a second.
func TestTheLogShowsHowTimeWasSpent(t *testing.T) {
	s := testStage{id: 0, tasks: 2}
	l := newLog("app").executor("1", 2, 1).job(0, 10, "", s).submit(s, 0, 10)
	l.task(testTask{id: 0, stage: 0, index: 0, partition: 0, kind: "ResultTask", reason: "Success", from: 10, to: 12, run: 900})
	l.complete(s, 0, 12).submit(s, 1, 14)
	for i := range 2 {
		l.task(testTask{id: 1 + i, stage: 0, attempt: 1, index: i, partition: i, kind: "ResultTask", reason: "Success", from: 14, to: 15, run: 900})
	}
	a := readBuilt(t, l.complete(s, 1, 15).jobEnd(0, 15).end(16))
	want := traces.TimeSpent{Driver: 13 * time.Second, Waits: time.Second, Retries: time.Second}
	if got := a.Recorded.Spent; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
