package source

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestARollingFolderIsReadByNumber(t *testing.T) {
	folder := map[string]string{"eventlog_v2_app-1/appstatus_app-1": "", "eventlog_v2_app-1/.events_1_app-1.crc": "crc"}
	var want strings.Builder
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"} {
		folder["eventlog_v2_app-1/events_"+n+"_app-1.zstd"] = string(encoders[zstdFrames]([]byte(aLog(n))))
		want.WriteString(aLog(n))
	}
	f := find(tree(folder), ".", "logs")
	if len(f.Logs) != 1 || textOf(t, f.Logs[0]) != want.String() {
		t.Errorf("the log does not read in order:\n%s", lines(f))
	}
	if l := f.Logs[0]; l.InProgress || l.Incomplete || len(l.Problems) > 0 {
		t.Errorf("a whole log is said to have problems:\n%s", lines(f))
	}
}

func TestRollingFolders(t *testing.T) {
	for name, story := range map[string]struct {
		files []string // in eventlog_v2_a; "=" and a content, or else a log
		want  string
	}{
		"still running": {
			[]string{"events_1_a", "events_2_a", "appstatus_a.inprogress="},
			`log eventlog_v2_a, in progress: events_1_a events_2_a`,
		},
		"the renaming of the status was cut off half way": {
			[]string{"events_1_a", "appstatus_a=", "appstatus_a.inprogress="},
			`log eventlog_v2_a: events_1_a`,
		},
		"just begun: the newest part is empty": {
			[]string{"events_1_a", "events_2_a=", "appstatus_a.inprogress="},
			`log eventlog_v2_a, in progress: events_1_a events_2_a`,
		},
		"an attempt of its own": {
			[]string{"events_1_a_2.lz4", "appstatus_a_2="},
			`log eventlog_v2_a: events_1_a_2.lz4`,
		},
		"no status": {
			[]string{"events_1_a"},
			`log eventlog_v2_a: events_1_a
			    log-without-appstatus log="eventlog_v2_a"`,
		},
		"compacted": {
			[]string{"events_1_a", "events_2_a", "events_2_a.compact", "events_3_a", "appstatus_a="},
			`log eventlog_v2_a, compacted: events_2_a.compact events_3_a
			skipped eventlog_v2_a/events_1_a: skipped-replaced by="events_2_a.compact"
			skipped eventlog_v2_a/events_2_a: skipped-replaced by="events_2_a.compact"`,
		},
		"compacted twice": {
			[]string{"events_2_a.zstd.compact", "events_5_a.zstd.compact", "events_6_a.zstd", "appstatus_a="},
			`log eventlog_v2_a, compacted: events_5_a.zstd.compact events_6_a.zstd
			skipped eventlog_v2_a/events_2_a.zstd.compact: skipped-replaced by="events_5_a.zstd.compact"`,
		},
		"a gap": {
			[]string{"events_1_a", "events_2_a", "events_4_a", "appstatus_a="},
			`log eventlog_v2_a, incomplete: events_1_a events_2_a events_4_a
			    log-parts-missing part="eventlog_v2_a/events_4_a" number=4 before=2`,
		},
		"a gap after compaction": {
			[]string{"events_2_a.compact", "events_4_a", "appstatus_a="},
			`log eventlog_v2_a, compacted, incomplete: events_2_a.compact events_4_a
			    log-parts-missing part="eventlog_v2_a/events_4_a" number=4 before=2`,
		},
		"the beginning is gone": {
			[]string{"events_3_a", "events_4_a", "appstatus_a="},
			`log eventlog_v2_a, incomplete: events_3_a events_4_a
			    log-first-parts-missing part="eventlog_v2_a/events_3_a" number=3`,
		},
		"a part is there twice": {
			[]string{"events_1_a", "events_1_a.zstd", "events_2_a", "appstatus_a="},
			`log eventlog_v2_a: events_1_a events_2_a
			    log-part-twice part="eventlog_v2_a/events_1_a.zstd" other="events_1_a"
			skipped eventlog_v2_a/events_1_a.zstd: skipped-same-part other="events_1_a"`,
		},
		"of two copies the damaged one is left out": {
			[]string{"events_1_a=rubbish", "events_1_a.zstd", "appstatus_a="},
			`log eventlog_v2_a: events_1_a.zstd
			    log-part-twice part="eventlog_v2_a/events_1_a" other="events_1_a.zstd"
			skipped eventlog_v2_a/events_1_a: skipped-same-part other="events_1_a.zstd"`,
		},
		"a part in the middle is empty": {
			[]string{"events_1_a", "events_2_a=", "events_3_a", "appstatus_a="},
			`log eventlog_v2_a, incomplete: events_1_a events_2_a events_3_a
			    log-part-empty part="eventlog_v2_a/events_2_a"`,
		},
		"a damaged part stays in its place": {
			[]string{"events_1_a", "events_2_a=rubbish", "events_3_a", "appstatus_a="},
			`log eventlog_v2_a: events_1_a events_2_a events_3_a`,
		},
		"only the status": {
			[]string{"appstatus_a="},
			`failed eventlog_v2_a/appstatus_a: skipped-status-alone`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, find(inFolder("eventlog_v2_a", story.files), "eventlog_v2_a", "eventlog_v2_a"), story.want+"\n")
		})
	}
}

func TestPartsOfSeveralRollingLogsInOneFolder(t *testing.T) {
	expect(t, find(inFolder("d", []string{
		"events_1_a", "events_2_a", "appstatus_a=", "events_1_b", "appstatus_b.inprogress=", "app-3", "events_7_notes=my notes",
	}), "d", "d"), `
		log d/app-3: app-3
		log d/events_*_a: events_1_a events_2_a
		log d/events_*_b, in progress: events_1_b
		skipped d/events_7_notes: skipped-no-events
	`)
}

func TestDatabricksFolders(t *testing.T) {
	part := func(name string, number int) string { return name + "=" + aRolloverPart(number) }
	for name, story := range map[string]struct {
		files []string
		want  string
	}{
		"whole": {
			[]string{part("eventlog-2022-01-18--20-00.gz", 1), part("eventlog-2022-01-18--19-00.gz", 0), part("eventlog", 2)},
			`log db, databricks: eventlog-2022-01-18--19-00.gz eventlog-2022-01-18--20-00.gz eventlog`,
		},
		"clocks went back in the night": {
			[]string{part("eventlog-2022-10-30--02-00", 1), part("eventlog-2022-10-30--02-30", 0), part("eventlog", 2)},
			`log db, databricks: eventlog-2022-10-30--02-30 eventlog-2022-10-30--02-00 eventlog`,
		},
		"a gap": {
			[]string{part("eventlog-2022-01-18--19-00", 0), part("eventlog-2022-01-18--21-00", 2), part("eventlog", 3)},
			`log db, databricks, incomplete: eventlog-2022-01-18--19-00 eventlog-2022-01-18--21-00 eventlog
			    log-parts-missing part="db/eventlog-2022-01-18--21-00" number=3 before=1`,
		},
		"the beginning is gone": {
			[]string{part("eventlog-2022-01-18--20-00", 1), part("eventlog", 2)},
			`log db, databricks, incomplete: eventlog-2022-01-18--20-00 eventlog
			    log-first-parts-missing part="db/eventlog-2022-01-18--20-00" number=2`,
		},
		"a part twice": {
			[]string{part("eventlog-2022-01-18--19-00", 0), part("eventlog-2022-01-18--19-00.gz", 0), part("eventlog", 1)},
			`log db, databricks: eventlog-2022-01-18--19-00 eventlog
			    log-part-twice part="db/eventlog-2022-01-18--19-00.gz" other="eventlog-2022-01-18--19-00"
			skipped db/eventlog-2022-01-18--19-00.gz: skipped-same-part other="eventlog-2022-01-18--19-00"`,
		},
		"only the newest": {
			[]string{part("eventlog", 3)},
			`log db/eventlog, databricks, incomplete: eventlog
			    log-first-parts-missing part="db/eventlog" number=4`,
		},
		"parts without numbers, by date": {
			[]string{"eventlog-2022-03-04--23-00", "eventlog", "eventlog-2022-03-04--22-30", "eventlog-2022-03-04--23-30", "eventlog-2022-03-05--00-30"},
			`log db, databricks, incomplete: eventlog-2022-03-04--22-30 eventlog-2022-03-04--23-00 eventlog-2022-03-04--23-30 eventlog-2022-03-05--00-30 eventlog
			    log-parts-late part="db/eventlog-2022-03-05--00-30" before="eventlog-2022-03-04--23-30" minutes=60 rollover=30`,
		},
		"parts without numbers, one twice": {
			[]string{"eventlog-2022-03-04--22-30", "eventlog-2022-03-04--22-30.gz", "eventlog"},
			`log db, databricks: eventlog-2022-03-04--22-30 eventlog
			    log-part-twice part="db/eventlog-2022-03-04--22-30.gz" other="eventlog-2022-03-04--22-30"
			skipped db/eventlog-2022-03-04--22-30.gz: skipped-same-part other="eventlog-2022-03-04--22-30"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, find(inFolder("db", story.files), "db", "db"), story.want+"\n")
		})
	}
}

func TestAFolderOfSpark1(t *testing.T) {
	expect(t, find(inFolder("wordcount-1400000000000", []string{
		"EVENT_LOG_1", "SPARK_VERSION_1.1.0=", "COMPRESSION_CODEC_org.apache.spark.io.LZFCompressionCodec=", "APPLICATION_COMPLETE=",
	}), ".", "logs"), `
		log logs/wordcount-1400000000000, version 1.1.0: EVENT_LOG_1
	`)
	expect(t, find(inFolder("pi", []string{"EVENT_LOG_1", "EVENT_LOG_3", "SPARK_VERSION_1.0.0="}), ".", "logs"), `
		log logs/pi, in progress, incomplete, version 1.0.0: EVENT_LOG_1 EVENT_LOG_3
		    log-parts-missing part="logs/pi/EVENT_LOG_3" number=3 before=1
	`)
}

// inFolder makes a folder of files. Each is a name, which stands for a small event log,
// or a name and its content with "=" between them.
func inFolder(folder string, files []string) fstest.MapFS {
	contents := map[string]string{}
	for _, f := range files {
		name, content, given := strings.Cut(f, "=")
		if !given {
			content = aLog(name)
		}
		contents[folder+"/"+name] = content
	}
	return tree(contents)
}
