package source

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"dynalloc/traces"
)

// Three attempts are one application: the last counts, and the others are time held.
func TestAttemptsAreOneApplication(t *testing.T) {
	files := map[string]string{
		"a/app_1_2":  oneJob("application_1", "2", 100),
		"a/app_1_10": oneJob("application_1", "10", 300),
		"b/app_1_1":  oneJob("application_1", "1", 0),
		"b/app_2_1":  oneJob("application_2", "1", 50),
	}
	apps, bad := readFiles(t, files, false)
	if len(apps) != 2 || len(bad) != 0 {
		t.Fatalf("read %d applications and %v", len(apps), bad)
	}
	a := apps[0]
	if a.ID != "application_1" || a.Attempt != "10" || a.EarlierAttempts != 300*time.Second || a.Started.UnixMilli() != 1_700_000_000_000 {
		t.Errorf("%s attempt %s, started %v, held %v before", a.ID, a.Attempt, a.Started, a.EarlierAttempts)
	}
	if r := a.Recorded.Jobs[0]; r.Start != 2*time.Second {
		t.Errorf("the recorded job starts %v after the attempt that counts", r.Start)
	}
	if p := fmt.Sprint(a.Log.Problems); !strings.Contains(p, `attempt="1" log="b/app_1_1"`) || !strings.Contains(p, `attempt="2" log="a/app_1_2"`) {
		t.Errorf("problems do not name the attempts left out:\n%s", p)
	}
	if apps, _ := readFiles(t, files, true); len(apps) != 4 || apps[0].EarlierAttempts != 0 {
		t.Errorf("each log by itself: read %d applications", len(apps))
	}
}

// The driver of the second attempt dies before its first job. This attempt counts.
func TestLastAttemptCountsEvenIfItDidNothing(t *testing.T) {
	early := fmt.Sprintf(`{"Event":"SparkListenerApplicationStart","App Name":"tale","App ID":"application_1","Timestamp":%d,"User":"ann","App Attempt ID":"2"}`, 1_700_000_100_000)
	apps, bad := readFiles(t, map[string]string{"app_1": oneJob("application_1", "1", 0), "app_2": early}, false)
	if len(apps) != 1 || len(bad) != 0 || apps[0].Attempt != "2" || apps[0].Log.Grade != traces.Cut || apps[0].EarlierAttempts != 100*time.Second {
		t.Fatalf("read %v, %v", apps, bad)
	}
}

// The same log is in two folders. It is read once.
func TestCopiedLogIsReadOnce(t *testing.T) {
	text := emptyLog("app-1")
	apps, _ := readFiles(t, map[string]string{"backup/app-1": text, "logs/app-1": text + " \n"}, false)
	if len(apps) != 1 || apps[0].Path != "backup/app-1" {
		t.Fatalf("read %d applications", len(apps))
	}
	if p := fmt.Sprint(apps[0].Log.Problems); p != `[log-copied copy="logs/app-1"]` {
		t.Errorf("problems: %s", p)
	}
}

// An inspection shows both logs, and which of them does not count. What is made of the
// logs says that one of them was left out.
func TestACopyOfALogIsNoAttempt(t *testing.T) {
	files := map[string]string{"backup/app-1": emptyLog("app-1"), "logs/app-1": emptyLog("app-1")}
	each, _ := readFiles(t, files, true)
	if len(each) != 2 || each[0].Log.CopyOf != "" || each[1].Log.CopyOf != "backup/app-1" {
		t.Fatalf("inspected: %v", each)
	}
	if p := fmt.Sprint(each[1].Log.Problems); p != `[log-is-copy original="backup/app-1"]` {
		t.Errorf("problems: %s", p)
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	logs, err := OpenFS(fsys, "backup", "logs")
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := traces.Collect("both", logs)
	if err != nil || len(w.Apps) != 1 || fmt.Sprint(w.Notes) != `[logs-copied count=1 copies=[logs/app-1 (of backup/app-1)]]` {
		t.Errorf("%d applications, notes %v, %v", len(w.Apps), w.Notes, err)
	}
}

// Two standalone clusters give the same id to different applications.
func TestEqualIDsOfTwoClustersAreTwoApplications(t *testing.T) {
	later := strings.ReplaceAll(emptyLog("app-1"), "17000000", "17000009")
	apps, _ := readFiles(t, map[string]string{"x/app-1": emptyLog("app-1"), "y/app-1": later}, false)
	if len(apps) != 2 || apps[0].EarlierAttempts != 0 || apps[1].EarlierAttempts != 0 {
		t.Fatalf("read %d applications", len(apps))
	}
}

// Two YARN clusters that were started in the same millisecond give the same ids, and both
// run two attempts. Only names tell the logs apart; the date in a name does not count.
func TestEqualIDsAndStartsAreToldApartByName(t *testing.T) {
	named := func(name, attempt string, start int64) string {
		return strings.Replace(oneJob("application_1", attempt, start), `"tale"`, fmt.Sprintf("%q", name), 1)
	}
	files := map[string]string{
		"x/1": named("load 2026-03-30", "1", 0), "x/2": named("load 2026-03-31", "2", 100),
		"y/1": named("clean", "1", 0), "y/2": named("clean", "2", 50),
	}
	apps, _ := readFiles(t, files, false)
	if len(apps) != 2 || apps[0].Name != "load 2026-03-31" || apps[0].EarlierAttempts != 100*time.Second ||
		apps[1].Name != "clean" || apps[1].EarlierAttempts != 50*time.Second {
		t.Fatalf("read %d applications", len(apps))
	}
	if apps[0].Identity() == apps[1].Identity() || !apps[0].Started.Equal(apps[1].Started) {
		t.Error("they are one application, or did not start at the same time")
	}
	if p := fmt.Sprint(apps[0].Log.Problems[0]); p != `log-shares-id id="application_1" applications=2` {
		t.Errorf("the first problem is %s", p)
	}
	// One by one, the attempts of an application have the start of the first.
	each, _ := readFiles(t, files, true)
	if len(each) != 4 || each[0].Started != each[1].Started || each[1].Path != "x/2" || each[1].EarlierAttempts != 0 {
		t.Errorf("read %d logs, of %v and %v", len(each), each[0].Started, each[1].Started)
	}
}

// One bad log does not stop the reading of the others.
func TestReadingGoesOnAfterABadLog(t *testing.T) {
	apps, bad := readFiles(t, map[string]string{
		"1": emptyLog("a"),
		"2": `{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}`,
		"3": emptyLog("c"),
	}, false)
	if len(apps) != 2 || len(bad) != 1 || bad[0].Path != "2" {
		t.Errorf("read %d applications, bad are %v", len(apps), bad)
	}
}

func TestOpenNeedsAPath(t *testing.T) {
	if _, err := Open(); err == nil {
		t.Error("no paths are no error")
	}
}
