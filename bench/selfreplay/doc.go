// Package selfreplay measures how well a replay reproduces the log that it was made
// from: an application is replayed alone, with its recorded settings, on the cluster
// that its own log shows and with the times that its own log shows. The replay does
// not read when and where the recorded executors came and went, so that the error says
// how far other policies can be trusted, too.
//
// Read the files in this order:
//
//   - selfreplay.go: [Of], the error of one application;
//   - observer.go: what is measured of a replay;
//   - causes.go: [Explain], the cause of a large error;
//   - summary.go: [Summarize], the errors of many applications.
package selfreplay
