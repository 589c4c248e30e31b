package calibrate

import (
	"math"
	"time"

	"dynalloc/internal/exact"
	"dynalloc/replay/latency"
)

// An executor of a log whose start-up took minutes may have waited for room, because others
// held the cluster: a wait that no other policy or day has. The log does not say which. So
// the start-ups of executors that were requested together are either start-ups, or one wait:
// a mixture (Gelman et al., chapter 22), whose first component is the cluster's own start-up
// time with what is known of clusters beforehand.
const (
	waitedBefore = 0.02             // the probability that a request waits, before its time is looked at
	usualWait    = 10 * time.Minute // the mean of such waits, which have a gamma distribution of shape 2: others have to end first, so that short ones are rare
	requestsVary = 0.5              // the standard deviation of the logarithms of mean start-ups of different requests in one cluster
)

// waits returns the probability that each sample waited for room: it is equal for all that
// belong to one request. doubt is the probability that all of them did.
func (p prior) waits(usual time.Duration, samples []sample, request []int) (waited []float64, doubt float64) {
	sum, count := map[int]float64{}, map[int]float64{}
	var requests []int // in the order of samples
	for i, r := range request {
		if count[r] == 0 {
			requests = append(requests, r)
		}
		sum[r] += latency.Log(samples[i].took)
		count[r]++
	}
	normal := func(x, deviation float64) float64 {
		return float64(exact.Exp(float64(-x*x/2)/deviation/deviation) / deviation)
	}
	const root2Pi = 2.5066282746310002
	starts := func(r int, median float64) float64 {
		return float64((1 - waitedBefore) * normal(sum[r]/count[r]-median, requestsVary))
	}
	rooms := func(r int) float64 { // the density of the logarithm of a time x is x times that of x
		x := 2 * exact.Exp(sum[r]/count[r]) / float64(usualWait/time.Millisecond)
		return float64(waitedBefore * x * x * exact.Exp(-x) * root2Pi)
	}
	// The median of the cluster's start-ups is integrated over so many standard deviations.
	const steps, wide = 400, 5.0
	likely, none, most := make([]float64, steps+1), make([]float64, steps+1), math.Inf(-1)
	at := func(k int) (off, median float64) {
		off = float64(wide * (float64(2*float64(k)/steps) - 1))
		return off, latency.Log(usual) + float64(off*p.clusters)
	}
	for k := range likely { // as logarithms: they are products over all requests
		off, median := at(k)
		likely[k], none[k] = -off*off/2, -off*off/2
		for _, r := range requests {
			likely[k] += exact.Log(starts(r, median) + rooms(r))
			none[k] += exact.Log(rooms(r))
		}
		most = max(most, likely[k])
	}
	total, all, of := 0.0, 0.0, map[int]float64{}
	for k := range likely {
		_, median := at(k)
		weight := exact.Exp(likely[k] - most)
		total, all = total+weight, all+exact.Exp(none[k]-most)
		for _, r := range requests {
			of[r] += float64(weight * rooms(r) / (starts(r, median) + rooms(r)))
		}
	}
	waited = make([]float64, len(samples))
	for i, r := range request {
		waited[i] = of[r] / total
	}
	return waited, all / total
}

// learnStartups is learn for start-ups, of which some may be waits for room. request
// numbers the request of each sample.
func (p prior) learnStartups(d *latency.Distribution, samples []sample, request []int) {
	waited, doubt := p.waits(d.Quantiles.Median(), samples, request)
	least, weights := 1.0, make([]float64, len(samples))
	for i, w := range waited {
		least = min(least, w)
		d.Waited += w
		weights[i] = 1 - w
	}
	for i := range weights {
		if weights[i] /= 1 - least; least == 1 {
			weights[i] = 1
		}
	}
	p.learnWeighted(d, samples, weights, doubt)
}
