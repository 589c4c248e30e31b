// Package reading has benchmarks of how fast event logs become a workload, relative to
// bare decompression and splitting into lines, and to a reader that decodes the same
// events with encoding/json: BenchmarkReading in reading_test.go, on the logs that
// logs_test.go makes of recordings. Package internal/performance shows them.
package reading
