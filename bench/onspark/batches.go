package onspark

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	jobsAtATime  = 2      // so that slots are not idle while the last tasks of a job run
	attempts     = 3      // of a request whose worker ends, and of a job of one request
	failedInARow = 6      // jobs that may fail with none done between them
	hopeless     = 10     // requests that may fail before a worker has ever answered
	tasksPerSlot = 3      // in a job
	taskTime     = 5000   // that a task should take, ms: Spark's own time for a task is some ten milliseconds
	startShare   = 10     // a task should take this many times the start of the worker, where each task starts one
	mostOfJob    = 20_000 // requests of a job, whose answers are held in memory
)

// A batch is the state of the requests of one call of Do.
type batch struct {
	*Session
	requests []string
	got      func(i int, line string) error
	attempts []uint8
	answers  []uint64 // hash of the answer; 0: none yet
	left     int      // requests that are neither answered nor given up
	waiting  []int    // in no job yet
	again    [][]int  // groups that are to be jobs of their own, because their job failed
	crashed  []int    // to be tried again, because the worker ended
	running  map[int][]int
	inARow   int // failed jobs since one was done
	failed   int
	failures []Failure
	seed     maphash.Seed
}

// Do answers requests as Cluster.Do does.
func (s *Session) Do(ctx context.Context, requests []string, got func(i int, line string) error) ([]Failure, error) {
	b := &batch{
		Session: s, requests: requests, got: got, attempts: make([]uint8, len(requests)), answers: make([]uint64, len(requests)),
		left: len(requests), running: map[int][]int{}, seed: maphash.MakeSeed(),
	}
	for i := range requests {
		b.waiting = append(b.waiting, i)
	}
	for b.left > 0 {
		if err := b.step(ctx); err != nil {
			return b.failures, err
		}
	}
	slices.SortFunc(b.failures, func(x, y Failure) int { return x.Request - y.Request })
	return b.failures, nil
}

// step sends jobs and takes one message of the driver.
func (b *batch) step(ctx context.Context) error {
	if b.driver == nil {
		d, ready, err := b.cluster.start(ctx, !b.Stats.Transform)
		if err != nil {
			return err
		}
		if b.Stats.FileBytes, err = sizeOf(b.cluster.Files); err != nil {
			return err
		}
		b.driver, b.Stats.Slots, b.Stats.Spark = d, within(ready.Slots), ready.Version
		b.Stats.Transform = b.Stats.Transform || !ready.Arrow
	}
	for len(b.running) < jobsAtATime {
		tasks := b.next()
		if len(tasks) == 0 {
			break
		}
		if err := b.send(tasks); err != nil {
			break // the driver has ended, which its messages show
		}
	}
	if len(b.running) == 0 {
		return fmt.Errorf("%d requests are in no job: an error in this program", b.left)
	}
	select {
	case m, ok := <-b.driver.messages:
		switch {
		case !ok:
			return b.restart("Spark's driver ended")
		case m.Job == nil || b.running[*m.Job] == nil:
			return fmt.Errorf("a message of Spark's driver is about no job: %s", m.Error)
		}
		ids := b.running[*m.Job]
		delete(b.running, *m.Job)
		b.Stats.GotBytes += int64(m.bytes)
		if m.Error != "" {
			return b.jobFailed(ids, m.Error)
		}
		b.Stats.Slots = max(within(m.Slots), b.Stats.Slots)
		return b.jobDone(ids, m.Lines)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// within is a number of slots that a driver says, within what a job can use.
func within(slots int) int { return min(max(slots, 1), mostOfJob) }

// next takes the requests of the next job, by task.
func (b *batch) next() (tasks [][]int) {
	if len(b.again) > 0 {
		group := b.again[0]
		b.again = b.again[1:]
		each := b.perTask(len(group))
		return parts(group, (len(group)+each-1)/each)
	}
	if len(b.waiting) == 0 {
		n := min(len(b.crashed), tasksPerSlot*b.Stats.Slots)
		ids := b.crashed[:n]
		b.crashed = b.crashed[n:]
		return parts(ids, n)
	}
	each := b.perTask(len(b.waiting))
	n := min(each*tasksPerSlot*b.Stats.Slots, mostOfJob, len(b.waiting))
	ids := b.waiting[:n]
	b.waiting = b.waiting[n:]
	return parts(ids, (n+each-1)/each)
}

// perTask is the number of requests for each task of a job: one until times are known. At
// the end tasks become smaller, so that the slots are done at about the same time.
func (b *batch) perTask(waiting int) int {
	st := &b.Stats
	if st.Starts+st.Answers == 0 {
		return 1
	}
	each := float64(st.StartMS) / float64(max(st.Starts, 1)) // ms
	start := 0.0
	if st.Answers > 0 {
		start, each = each, float64(st.AnswerMS)/float64(st.Answers)
	}
	time := float64(taskTime)
	if st.Transform {
		time = max(time, startShare*(start-each))
	}
	atEnd := (waiting + jobsAtATime*st.Slots - 1) / (jobsAtATime * st.Slots)
	return max(1, min(int(time/max(each, 0.01)), atEnd))
}

// parts divides a list into parts whose sizes differ by one at most.
func parts(list []int, n int) [][]int {
	out := make([][]int, n)
	for i := range out {
		out[i] = list[i*len(list)/n : (i+1)*len(list)/n]
	}
	return out
}

func (b *batch) send(tasks [][]int) error {
	b.jobs++
	j := job{Job: b.jobs, Arrow: !b.Stats.Transform, Tasks: make([][]string, len(tasks))}
	for k, ids := range tasks {
		for _, i := range ids {
			j.Tasks[k] = append(j.Tasks[k], strconv.Itoa(i)+" "+b.requests[i])
		}
	}
	b.running[j.Job] = slices.Concat(tasks...)
	b.Stats.Tasks += len(tasks)
	n, err := b.driver.send(j)
	b.Stats.SentBytes += int64(n)
	return err
}

// jobDone takes the lines of a job. Requests without an answer are done again. Spark may run
// a task twice, so a request may have several lines.
func (b *batch) jobDone(ids []int, lines []string) error {
	b.Stats.Jobs++
	b.inARow, b.worked = 0, true
	open := make(map[int]*Failure, len(ids)) // the requests of the job; nil: answered
	for _, i := range ids {
		open[i] = &Failure{Request: i}
	}
	for _, line := range lines {
		i, what, ms, rest, err := parseLine(line)
		f, asked := open[i]
		if err == nil && !asked {
			err = fmt.Errorf("it is about request %d, which is not in the job", i)
		}
		if err == nil && what == noAnswer {
			var e end
			if err = json.Unmarshal([]byte(rest), &e); err == nil && f != nil {
				f.Status, f.Stderr = e.Status, e.Stderr
			}
		}
		if err != nil {
			return fmt.Errorf("a line from Spark cannot be right: %q: %w", line, err)
		}
		switch what {
		case noAnswer:
			continue
		case firstAnswer:
			b.Stats.Starts++
			b.Stats.StartMS += ms
		case nextAnswer:
			b.Stats.Answers++
			b.Stats.AnswerMS += ms
		}
		b.alive, open[i] = true, nil
		if err := b.answer(i, rest); err != nil {
			return err
		}
	}
	for _, i := range ids {
		f := open[i]
		switch {
		case f == nil:
			continue
		case f.Status == "":
			b.Stats.Missing++
			f.Status = "the job was done without an answer to it"
		default:
			if b.failed++; b.failed >= hopeless && !b.alive {
				return fmt.Errorf("the worker ends without an answer on all requests: %s\n%s", f.Status, f.Stderr)
			}
		}
		b.retry(*f)
	}
	return nil
}

func parseLine(line string) (i int, what string, ms int64, rest string, err error) {
	words := strings.SplitN(line, " ", 4)
	if len(words) < 4 || !slices.Contains([]string{firstAnswer, nextAnswer, noAnswer}, words[1]) {
		return 0, "", 0, "", fmt.Errorf("expected what the guard writes")
	}
	i, err = strconv.Atoi(words[0])
	if err == nil {
		ms, err = strconv.ParseInt(words[2], 10, 64)
	}
	return i, words[1], ms, words[3], err
}

// answer passes an answer on. Spark may run a task twice, so a second answer is counted and
// compared.
func (b *batch) answer(i int, line string) error {
	h := max(1, maphash.String(b.seed, line))
	switch b.answers[i] {
	case 0:
		b.answers[i] = h
		b.left--
		return b.got(i, line)
	case h:
		b.Stats.Duplicates++
		return nil
	}
	return fmt.Errorf("request %s has two different answers: two workers are not the same program, or one computes something else", b.requests[i])
}

// retry has a request of a job that did not answer it done again, unless it was tried often
// enough. It is called once for each job of the request.
func (b *batch) retry(f Failure) {
	i := f.Request
	if b.attempts[i]++; b.attempts[i] < attempts {
		b.crashed = append(b.crashed, i)
		return
	}
	f.Attempts = int(b.attempts[i])
	b.failures = append(b.failures, f)
	b.left--
}

// jobFailed has the requests of a failed job done again, in two jobs, so that one that
// makes every job fail is found. Until a job was done, it may be the way of starting the
// program that fails: SELECT TRANSFORM needs neither Python on the executors nor pyarrow.
func (b *batch) jobFailed(ids []int, why string) error {
	b.Stats.FailedJobs++
	b.inARow++
	switch {
	case !b.worked && !b.Stats.Transform:
		b.Stats.Transform, b.inARow = true, 0
		b.again = append(b.again, ids)
		return nil
	case len(ids) == 1:
		b.retry(Failure{Request: ids[0], Status: why})
	default:
		b.again = append(b.again, parts(ids, 2)...)
	}
	if b.inARow >= failedInARow && b.left > 0 {
		return fmt.Errorf("--on %s: %d jobs failed one after another: %s", b.cluster.Master, b.inARow, why)
	}
	if b.inARow%2 == 0 { // the session may be lost
		return b.restart(why)
	}
	return nil
}

// restart starts another driver for what the one that runs, or ended, has not done.
func (b *batch) restart(why string) error {
	b.inARow++
	b.Stats.Restarts++
	for _, number := range slices.Sorted(maps.Keys(b.running)) {
		b.again = append(b.again, b.running[number])
	}
	clear(b.running)
	last := b.driver.output.last()
	b.Close()
	if b.inARow >= failedInARow {
		return fmt.Errorf("--on %s: %s\n%s", b.cluster.Master, why, last)
	}
	return nil
}
