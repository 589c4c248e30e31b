// Package onspark sends requests through a worker program on the executors of a Spark
// cluster, and brings back a line for each. It knows neither what a request asks nor what
// a line says.
//
// A driver in Python, started with spark-submit or with python, gives each executor the
// program and its inputs, and runs the requests as jobs. In a task a guard runs the worker
// program, so that a worker that ends costs one answer and not the task.
//
// Reading order:
//
//   - cluster.go: what is run where;
//   - batches.go: which requests become a job, and what is done again;
//   - driver.go: starts the driver and talks to it; driver.py is the driver;
//   - guard.go: runs the worker program on an executor;
//   - bundle.go: packs the files that a worker reads.
package onspark
