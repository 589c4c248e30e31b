package onspark

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

//go:embed driver.py
var driverSource []byte

// patience is how long a driver may take to end when it is told to.
const patience = 15 * time.Second

// A driver is a running driver.py. Messages is closed when it has ended.
type driver struct {
	folder   string
	cmd      *exec.Cmd
	conn     net.Conn
	messages chan message
	ended    chan struct{} // closed when the process has ended
	output   *output
	err      error // how the process ended; read it after ended
}

// A message is what the driver writes.
type message struct {
	Ready   bool     `json:"ready"`
	Slots   int      `json:"slots"`
	Arrow   bool     `json:"arrow"`
	Version string   `json:"version"`
	Job     *int     `json:"job"`
	Lines   []string `json:"lines"`
	Error   string   `json:"error"`
	bytes   int
}

// setup is what the driver reads first, and job what it reads then.
type setup struct {
	Remote  string            `json:"remote"`
	Conf    map[string]string `json:"conf"`
	Files   []string          `json:"files"`
	Command string            `json:"command"`
	Arrow   bool              `json:"arrow"`
}

type job struct {
	Job   int        `json:"job"`
	Tasks [][]string `json:"tasks"`
	Arrow bool       `json:"arrow"`
}

// start starts the driver, and waits until it has its session.
func (c *Cluster) start(ctx context.Context, arrow bool) (d *driver, ready message, err error) {
	d = &driver{messages: make(chan message), ended: make(chan struct{}), output: &output{also: c.Log}}
	if d.folder, err = os.MkdirTemp("", "dynalloc-spark"); err != nil {
		return nil, ready, err
	}
	fail := func(err error) (*driver, message, error) {
		d.close()
		return nil, ready, err
	}
	script, socket := filepath.Join(d.folder, "driver.py"), filepath.Join(d.folder, "socket")
	if err := os.WriteFile(script, driverSource, 0o600); err != nil {
		return fail(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return fail(err)
	}
	defer listener.Close()
	if d.cmd, err = c.command(script); err != nil {
		return fail(err)
	}
	d.cmd.Env = append(d.cmd.Environ(), "DYNALLOC_SOCKET="+socket)
	d.cmd.Stdout, d.cmd.Stderr, d.cmd.WaitDelay = d.output, d.output, time.Second
	if err := d.cmd.Start(); err != nil {
		return fail(fmt.Errorf("--on %s: %w; it needs Spark's spark-submit, or Python with pyspark, on the PATH", c.Master, err))
	}
	go func() {
		d.err = d.cmd.Wait()
		close(d.ended)
	}()
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	go func() {
		<-d.ended
		listener.Close()
	}()
	if d.conn, err = listener.Accept(); err != nil {
		if ctx.Err() != nil {
			return fail(ctx.Err())
		}
		<-d.ended
		return fail(fmt.Errorf("--on %s: Spark's driver did not start (%v):\n%s", c.Master, d.err, d.output.last()))
	}
	go d.read()
	first := setup{Files: c.Files, Command: shellLine(c.Command), Arrow: arrow, Conf: map[string]string{}}
	if c.Connect() {
		first.Remote = c.Master
		for _, p := range c.Conf {
			key, value, _ := strings.Cut(p, "=")
			first.Conf[key] = value
		}
	}
	if _, err := d.send(first); err != nil {
		return fail(err)
	}
	select {
	case ready = <-d.messages:
	case <-ctx.Done():
		return fail(ctx.Err())
	}
	if !ready.Ready {
		return fail(fmt.Errorf("--on %s: no Spark session: %s", c.Master, cmp.Or(ready.Error, d.output.last())))
	}
	return d, ready, nil
}

// command is the command that starts the driver: with spark-submit if there is one, since it
// knows the installation's configuration. A client of Spark Connect needs only Python.
func (c *Cluster) command(script string) (*exec.Cmd, error) {
	python := cmp.Or(os.Getenv("PYSPARK_DRIVER_PYTHON"), os.Getenv("PYSPARK_PYTHON"), "python3")
	if c.Connect() {
		return exec.Command(python, script), nil
	}
	args := []string{"--master", c.Master, "--deploy-mode", "client", "--name", "dynalloc"}
	for _, p := range append(defaultConf[:len(defaultConf):len(defaultConf)], c.Conf...) {
		args = append(args, "--conf", p)
	}
	submit := "spark-submit"
	if home := os.Getenv("SPARK_HOME"); home != "" {
		submit = filepath.Join(home, "bin", submit)
	}
	if path, err := exec.LookPath(submit); err == nil {
		return exec.Command(path, append(args, script)...), nil
	}
	cmd := exec.Command(python, script)
	cmd.Env = append(os.Environ(), "PYSPARK_SUBMIT_ARGS="+shellLine(append(args, "pyspark-shell")))
	return cmd, nil
}

// shellLine is a command as a line of a POSIX shell.
func shellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = w
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,") != "" {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// send writes a message to the driver, and returns its size in bytes.
func (d *driver) send(message any) (int, error) {
	text, err := json.Marshal(message)
	if err != nil {
		return 0, err
	}
	return d.conn.Write(append(text, '\n'))
}

// read passes on what the driver writes, until it ends.
func (d *driver) read() {
	defer close(d.messages)
	lines := bufio.NewReader(d.conn)
	for {
		text, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		m := message{bytes: len(text)}
		if err := json.Unmarshal(text, &m); err != nil {
			return
		}
		d.messages <- m
	}
}

// close ends the driver, and waits for that.
func (d *driver) close() {
	if d.conn != nil {
		d.conn.Close() // which the driver takes as its end
		go func() {
			for range d.messages { // nobody reads them any more
			}
		}()
	}
	if d.cmd != nil && d.cmd.Process != nil {
		if d.conn == nil {
			d.cmd.Process.Kill()
		}
		select {
		case <-d.ended:
		case <-time.After(patience):
			d.cmd.Process.Kill()
			<-d.ended
		}
	}
	os.RemoveAll(d.folder)
}

// An output keeps the end of what the driver's process writes.
type output struct {
	mu sync.Mutex
	tail
	also io.Writer // may be nil
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail.Write(p)
	if o.also != nil {
		return o.also.Write(p)
	}
	return len(p), nil
}

// last is the last lines of the output.
func (o *output) last() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(bytes.TrimSpace(o.tail))
}
