package source_test

import (
	"fmt"
	"log"

	"dynalloc/traces"
	"dynalloc/traces/source"
)

// A recording of a small ETL application is read, and its workload is looked at.
func Example() {
	logs, err := source.Open("../eventlog/testdata/recordings/etl-ess10.zstd")
	if err != nil {
		log.Fatal(err)
	}
	defer logs.Close()
	w, unreadable, err := traces.Collect("etl", logs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d application, %d unreadable logs\n", len(w.Apps), len(unreadable))
	for _, a := range w.Apps {
		fmt.Printf("%s, Spark %s: %d jobs, %d stages, log %v\n", a.Name, a.SparkVersion, len(a.Jobs), len(a.Stages), a.Log.Grade)
		fmt.Printf("it took %v, at least %v with any executors, and %v of work\n", a.Recorded.End, traces.CriticalPath(a), traces.TotalWork(a))
		fmt.Printf("at most %d executors at one time\n", a.PeakExecutors())
	}
	// Output:
	// 1 application, 0 unreadable logs
	// etl, Spark 4.1.4: 3 jobs, 6 stages, log complete
	// it took 1m26.382s, at least 1m8.302s with any executors, and 4m9.924s of work
	// at most 10 executors at one time
}
