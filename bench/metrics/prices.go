package metrics

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
	"dynalloc/internal/wide"
	"dynalloc/replay/cluster"
)

// Prices are the prices of a cluster's resources, in any one currency. A price of
// 0 is not known.
type Prices struct {
	NodeHour float64       // per hour and node, idle or not, for pools without their own price
	CoreHour float64       // per hour and core held by an executor or driver
	GiBHour  float64       // per hour and GiB of memory held by an executor or driver, overhead included
	Minimum  time.Duration // minimum charge: each executor and driver is billed for at least this time
}

// ParsePrices reads prices: "core-hour=0.05,gib-hour=0.005,minimum=60s". An
// error says what was expected.
func ParsePrices(text string) (Prices, error) {
	s, err := spec.Parse("prices," + text)
	if err != nil {
		return Prices{}, fmt.Errorf("prices %q: expected key=value, as in core-hour=0.05,gib-hour=0.005,minimum=60s", text)
	}
	d := s.Decoder()
	p := Prices{
		NodeHour: d.Float("node-hour", 0), CoreHour: d.Float("core-hour", 0), GiBHour: d.Float("gib-hour", 0),
		Minimum: d.Duration("minimum", 0),
	}
	if err := d.Done(); err != nil {
		return Prices{}, err
	}
	for _, price := range []float64{p.NodeHour, p.CoreHour, p.GiBHour} {
		if !(price >= 0) || math.IsInf(price, 1) {
			return Prices{}, fmt.Errorf("prices %q: a price must be a number, 0 or more", text)
		}
	}
	if p.Minimum < 0 {
		return Prices{}, fmt.Errorf("prices %q: the minimum charge must be a time, 0 or more", text)
	}
	if p.NodeHour == 0 && p.CoreHour == 0 && p.GiBHour == 0 {
		return Prices{}, fmt.Errorf("prices %q: expected at least one of node-hour, core-hour and gib-hour above 0", text)
	}
	return p, nil
}

// String is the form that ParsePrices reads; empty if no price is known.
func (p Prices) String() string {
	var parts []string
	for _, price := range []struct {
		key   string
		value float64
	}{{"node-hour", p.NodeHour}, {"core-hour", p.CoreHour}, {"gib-hour", p.GiBHour}} {
		if price.value > 0 {
			parts = append(parts, price.key+"="+strconv.FormatFloat(price.value, 'f', -1, 64))
		}
	}
	if p.Minimum > 0 && len(parts) > 0 {
		parts = append(parts, "minimum="+spec.FormatDuration(p.Minimum))
	}
	return strings.Join(parts, ",")
}

// cost is the cost of an application's executors and driver by cores and memory:
// the time held and the minimum charge, times the prices. It is NaN if neither
// has a price, or if the resources held are not known. The memory of the minimum
// charge is estimated from the mean memory of the application's executors.
func (p Prices) cost(a *App) float64 {
	if p.CoreHour == 0 && p.GiBHour == 0 || a.Held.Sign() < 0 || a.Memory.Sign() < 0 {
		return math.NaN()
	}
	driver := max(driverTime(a), p.Minimum)
	cores := wide.Sum(a.Held, a.MinimumCharge.Cores, wide.Of(driver, int64(a.Driver.Cores)))
	memory := gib(a.Memory) + gib(wide.Of(driver, a.Driver.MemoryMB()))
	if a.Executors.Sign() > 0 {
		memory += float64(gib(a.Memory) * (a.MinimumCharge.Executors.Seconds() / a.Executors.Seconds()))
	}
	return float64(cores.Hours()*p.CoreHour) + float64(memory*p.GiBHour)
}

// Nodes is the cost of a cluster's nodes; present is the node-time of each pool,
// summed over its nodes. It is NaN if a pool has no price.
func (p Prices) Nodes(pools []cluster.Pool, present []wide.Time) float64 {
	cost := 0.0
	for i := range pools {
		price := cmp.Or(pools[i].Price, p.NodeHour)
		if price == 0 {
			return math.NaN()
		}
		cost += float64(price * present[i].Hours())
	}
	return cost
}
