package schedule

import (
	"math"
	"slices"
)

// A Batch is a micro-batch of a stream. Times are ms since 1970.
type Batch struct {
	Begin  int64 // when its trigger executor began it, or its first job if the log does not say
	Before int64 // end of the batch before; 0: there is none
	Due    int64 // its trigger, which Find finds
	late   bool  // it began when the batch before ended, after its trigger
}

// Find finds the interval of a stream's trigger and when each batch was due. A
// stream without an interval starts each batch when the one before has ended and there is
// data; then its data came no later than its recorded start, at which it is due.
func Find(list []Batch) (interval int64) {
	var between, pauses []int64
	for k := 1; k < len(list); k++ {
		if list[k].Before > 0 {
			between = append(between, list[k].Begin-list[k-1].Begin)
			pauses = append(pauses, list[k].Begin-list[k].Before)
		}
	}
	if len(between) >= 2 {
		usual, _ := medianAndDeviation(between)
		if found := multiplied(list, usual); found > 0 && triggered(between, pauses, found) {
			interval = found
		}
	}
	if interval == 0 {
		overhead := shortest(pauses)
		for k := range list {
			list[k].Due = list[k].Begin
			if list[k].Before > 0 && list[k].Before <= list[k].Begin {
				list[k].Due -= min(overhead, list[k].Begin-list[k].Before)
			}
		}
		return 0
	}
	phase := triggerPhase(list, interval)
	for k := range list {
		x := &list[k]
		x.Due = x.Begin
		if k == 0 {
			continue // it begins when the query starts
		}
		offset := wrap(x.Begin-phase, interval)
		next := list[k-1].next(phase, interval, k == 1)
		if x.late = x.Before > next && x.Begin-x.Before <= distance(offset, 0); x.late {
			x.Due = next
		} else {
			x.Due = x.Begin - max(0, offset)
		}
	}
	return interval
}

// triggered reports whether triggers explain the times between batches better than the ends
// of the batches before do, as in Compare, with a prior of one to one: a stream has a trigger
// as likely as not. A time between is a multiple of the interval, because triggers can find
// no data. In both explanations a single time can have another reason, such as a source that
// stood still: then it takes as many bits as the longest one. A pause is the driver's own time
// here, which nobody chooses, so that a round one is no shorter.
func triggered(between, pauses []int64, interval int64) bool {
	pause, spread := medianAndDeviation(pauses)
	bits := math.Log2(max(1, float64(pause)/uncertainty(spread, float64(len(pauses))))) - numberBits(interval, 0)
	longest := deviationBits(max(0, slices.Max(between)))
	for k := range between {
		m := max(1, (between[k]+interval/2)/interval)
		late := distance(between[k], m*interval)
		clock := 2*math.Log2(float64(m)) + deviationBits(late) + math.Log2(1+float64(late)/float64(interval))
		bits += min(deviationBits(distance(pauses[k], pause)), longest) - min(clock, longest)
	}
	return bits > 0
}

// shortest estimates the time of the driver between two batches, which no pause is shorter
// than, from all pauses. The shortest of n pauses is longer than that by an nth of the usual
// wait for data, which is what the others are longer by (exponential waits with an offset,
// Johnson, Kotz and Balakrishnan 1994, chapter 19).
func shortest(pauses []int64) int64 {
	least, sum, n := int64(math.MaxInt64), int64(0), int64(len(pauses))
	for _, p := range pauses {
		least, sum = min(least, max(0, p)), sum+max(0, p)
	}
	if n < 2 {
		return least
	}
	return max(0, (n*least-sum/n)/(n-1))
}

// mostSkipped bounds how many triggers in a row usually find no data.
const mostSkipped = 100

// multiplied returns the interval whose multiples are the times between batches: a trigger
// that finds no new data starts no batch, so that the usual time between batches can be that
// of several triggers. Of this time and its parts it is the one with the shortest
// description, as in Compare: each time between is a multiple and a deviation from it. A
// round interval is shorter than its neighbours unless many deviations speak against it.
func multiplied(list []Batch, usual int64) (interval int64) {
	least := math.Inf(1)
	for parts := int64(1); parts <= mostSkipped && usual/parts > 0; parts++ {
		_, part, jitter := multiples(list, usual/parts)
		part, _ = roundest(part, uncertainty(jitter, float64(len(list))))
		if bits, _, _ := multiples(list, part); bits < least {
			interval, least = part, bits
		}
	}
	exact := interval
	least += numberBits(exact, 0)
	for _, unit := range timeUnits {
		round := (exact + unit/2) / unit * unit
		if round == 0 {
			continue
		}
		if bits, _, _ := multiples(list, round); bits+numberBits(round, 0) < least {
			interval, least = round, bits+numberBits(round, 0)
		}
	}
	return interval
}

// multiples returns how many bits describe the times between batches as multiples of an
// interval and deviations from them, and the medians of the interval that they show and of
// the deviations. A multiple m takes 2 log2 m bits (Elias 1975). A batch that began when
// the one before had ended needs no trigger: then only the pause is a deviation.
func multiples(list []Batch, interval int64) (bits float64, shown, jitter int64) {
	var intervals, deviations []int64
	for k := range list[1:] {
		x, y := &list[k], &list[k+1]
		if x.Before == 0 && len(list) > 2 {
			continue // the first begins when the query starts
		}
		between := y.Begin - x.Begin
		m := max(1, (between+interval/2)/interval)
		deviation := min(distance(between, m*interval), distance(x.Begin, x.Before), distance(y.Begin, y.Before))
		bits += 2*math.Log2(float64(m)) + deviationBits(deviation)
		intervals, deviations = append(intervals, between/m), append(deviations, deviation)
	}
	shown, _ = medianAndDeviation(intervals)
	jitter, _ = medianAndDeviation(deviations)
	return bits, shown, jitter
}

// triggerPhase is by how much triggers come after a multiple of the interval. Batches
// begin some time after their trigger; the quickest quarter of them is taken to begin at
// once, because no log without progress events has the time of the trigger itself.
func triggerPhase(list []Batch, interval int64) int64 {
	var anchor int64
	if len(list) > 1 {
		anchor = list[len(list)/2].Begin
	}
	var offsets []int64
	for k := 1; k < len(list); k++ {
		offsets = append(offsets, wrap(list[k].Begin-anchor, interval))
	}
	slices.Sort(offsets)
	return anchor + offsets[len(offsets)/4]
}

// wrap brings a distance into the interval around 0.
func wrap(ms, interval int64) int64 {
	ms = ((ms % interval) + interval) % interval
	if ms > interval/2 {
		ms -= interval
	}
	return ms
}

// next is the first trigger after the batch has begun (ProcessingTimeExecutor's
// nextBatchTime): the one after its own, unless it began at another time.
func (x *Batch) next(phase, interval int64, first bool) int64 {
	offset := wrap(x.Begin-phase, interval)
	if (x.late || first) && offset < 0 {
		offset += interval
	}
	return x.Begin - offset + interval
}
