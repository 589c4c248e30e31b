// Package source finds event logs and reads them: it is the door through which
// applications come in.
//
//	logs, err := source.Open("/var/log/spark-events")
//	...
//	workload, unreadable, err := traces.Collect("fleet", logs)
//
// The files, in reading order:
//
//   - open.go: [Open] and [Logs], which hands on applications one by one
//   - cache.go: what was saved of logs that are equal
//   - attempts.go: which logs are attempts of one application, and which are copies
//   - files.go: the search through files and folders
//   - sniff.go: the type of a file, from its first bytes
//   - layout.go, rollover.go: which files are the parts of one log, in which order,
//     and which parts are missing
//   - archive.go, sharedfile.go, spool.go: zip and tar archives, read like folders
//   - text.go, codec.go, ahead.go: the text of a compressed file
//   - blocks.go, lz4block.go, snappy.go, lzf.go: the block formats of Spark's Java
//     libraries, which the usual Go libraries do not read
//   - notes.go: the notes on files and logs
//
// Package eventlog makes an application of a log, package formats makes a workload of
// a file of another kind. Both get open readers of text and know nothing of files,
// archives and codecs.
//
// # Files are recognized by their content
//
// Logs are renamed, recompressed and packed when people collect them. So a file's
// first bytes tell its codec, and the first line that is an event tells that it is a
// log. Names count only for what content cannot tell: which files are parts of one
// log, and whether its application was still running.
//
// # Bounded memory
//
// As many logs are read at a time as there are processors. A header that lies about a length claims no memory for
// bytes that never come, and archives are open only while one of their entries is
// read.
package source
