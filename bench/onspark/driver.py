"""Sends requests through a worker program on the executors of a Spark cluster.

dynalloc starts this driver, with spark-submit or with python, and talks to it over
the socket DYNALLOC_SOCKET, one JSON object a line. The first line says what to run:

  {"remote": URL or "", "conf": {}, "files": [path, ...], "command": "./a b c", "arrow": bool}

Each further line is a job, and is answered once, by its lines or by an error:

  {"job": 1, "arrow": bool, "tasks": [[request, ...], ...]}
  {"job": 1, "lines": [line, ...], "slots": 8}     or     {"job": 1, "error": text}

Each task is a partition. The worker program runs in the folder of the files, reads a
request a line and writes a line for each. Requests and lines contain no tabs.
"""

import json
import os
import socket
import sys
import threading
import traceback


def answers(command):
    """The function that runs in Python on the executors: Arrow batches in and out."""

    def run(batches):
        import subprocess

        import pyarrow
        import pyspark

        # The program reads the workload when it starts, so it stays for the next tasks of
        # this Python process. Cells that are sent by value have no other place to keep it.
        started = pyspark.__dict__.setdefault("_dynalloc", {})
        for batch in batches:
            lines = []
            for request in batch.column(0).to_pylist():
                program = started.pop(command, None)
                if program is None:
                    program = subprocess.Popen(
                        ["/bin/sh", "-c", "exec " + command],
                        cwd=pyspark.SparkFiles.getRootDirectory(),
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                    )
                program.stdin.write(request.encode() + b"\n")
                program.stdin.flush()
                line = program.stdout.readline()
                if not line.endswith(b"\n"):
                    raise RuntimeError("%s ended with status %s" % (command, program.wait()))
                started[command] = program
                lines.append(line[:-1].decode())
            yield pyarrow.RecordBatch.from_arrays([pyarrow.array(lines, pyarrow.string())], ["line"])

    return run


def frame(spark, tasks):
    """A row for each request, and a partition for each task."""
    from pyspark.sql import functions as F

    rows = F.from_json(F.lit(json.dumps(tasks)), "array<array<string>>")
    number = F.col("id").cast("int") + 1
    return spark.range(0, len(tasks), 1, len(tasks)).select(F.explode(F.element_at(rows, number)).alias("request"))


def lines_of(spark, setup, job):
    """The lines that the worker program writes for the requests of a job."""
    requests = frame(spark, job["tasks"])
    if job["arrow"]:
        result = requests.mapInArrow(answers(setup["command"]), "line string")
    else:
        view = "dynalloc_%d" % job["job"]
        requests.createOrReplaceTempView(view)
        # With Spark Connect the files are in a folder of the session, below that of the task.
        file = os.path.basename(setup["files"][-1])
        shell = "for d in . ./*; do if [ -e $d/%s ]; then cd $d && exec %s; fi; done; exit 1" % (file, setup["command"])
        shell = shell.replace("\\", "\\\\").replace("'", "\\'")
        result = spark.sql("SELECT TRANSFORM(request) USING '%s' AS (line STRING) FROM %s" % (shell, view))
    return [row[0] for row in result.collect()]


def connect(setup):
    """The session, with the files on their way to the executors."""
    from pyspark.sql import SparkSession

    if setup["remote"]:
        builder = SparkSession.builder.remote(setup["remote"])
        for key, value in setup["conf"].items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
        for path in setup["files"]:
            spark.addArtifacts(path, file=True)
        return spark
    spark = SparkSession.builder.appName("dynalloc").getOrCreate()
    for path in setup["files"]:
        spark.sparkContext.addFile(path)
    return spark


def slots(spark, setup):
    """How many tasks run at a time, as far as Spark tells."""
    from pyspark.sql import functions as F

    if not setup["remote"]:
        return spark.sparkContext.defaultParallelism
    return len({row[0] for row in spark.range(1 << 12).select(F.spark_partition_id()).collect()})


def main():
    there = socket.socket(socket.AF_UNIX)
    there.connect(os.environ["DYNALLOC_SOCKET"])
    messages = there.makefile("r", encoding="utf-8", newline="\n")
    lock = threading.Lock()

    def tell(**message):
        with lock:
            there.sendall(json.dumps(message).encode() + b"\n")

    def run(spark, setup, job):
        try:
            lines = lines_of(spark, setup, job)
            tell(job=job["job"], lines=lines, slots=0 if setup["remote"] else slots(spark, setup))
        except Exception as e:  # whatever Spark throws belongs to the job
            tell(job=job["job"], error="".join(traceback.format_exception_only(type(e), e)))

    setup = json.loads(messages.readline())
    if setup["arrow"]:
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            setup["arrow"] = False
    try:
        spark = connect(setup)
        tell(ready=True, slots=slots(spark, setup), arrow=setup["arrow"], version=spark.version)
    except Exception as e:
        tell(error="".join(traceback.format_exception_only(type(e), e)))
        sys.exit(1)
    for message in messages:
        job = json.loads(message)
        threading.Thread(target=run, args=(spark, setup, job), daemon=True).start()
    spark.stop()


if __name__ == "__main__":
    main()
