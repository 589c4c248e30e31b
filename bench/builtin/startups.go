package builtin

import (
	"time"

	"dynalloc/replay/latency"
)

// realStartups is the time from the driver's registration, at which it requests its
// first executors, to the registration of each of them, in public event logs of other
// people's clusters: 92 executors of 18 applications, each application with equal
// weight. They ran on YARN (EMR, Dataproc and others), Databricks, standalone and
// Kubernetes, with Spark 1.4 to 3.5. Applications that visibly waited for room or for
// new nodes are not among them. The repositories, with the path of each log, are in
// recordings/README.md.
var realStartups = latency.Distribution{
	Quantiles: latency.Quantiles{
		1700 * time.Millisecond, 1700 * time.Millisecond, 4300 * time.Millisecond, 6500 * time.Millisecond,
		7600 * time.Millisecond, 16300 * time.Millisecond, 21500 * time.Millisecond,
	},
	Source: "92 executors of 18 public event logs",
}
