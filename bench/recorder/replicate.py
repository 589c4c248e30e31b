#!/usr/bin/env python3
"""Makes a workload for SleepApp from the event log of an application whose tasks sleep.

    zstd -dc app-1.zstd | replicate.py > workloads/session.json

Jobs must run one after the other, and the stages of a job must be a chain. A task sleeps for
the time for which it ran.
"""
import json
import sys

name, jobs, stages, start, end = "", [], {}, {}, {}
for line in sys.stdin:
    e = json.loads(line)
    kind = e["Event"]
    if kind == "SparkListenerApplicationStart":
        name = e["App Name"]
    elif kind == "SparkListenerJobStart":
        jobs.append((e["Job ID"], sorted(s["Stage ID"] for s in e["Stage Infos"])))
        start[e["Job ID"]] = e["Submission Time"]
    elif kind == "SparkListenerJobEnd":
        end[e["Job ID"]] = e["Completion Time"]
    elif kind == "SparkListenerTaskEnd" and e["Task End Reason"]["Reason"] == "Success":
        stages.setdefault(e["Stage ID"], {})[e["Task Info"]["Index"]] = e["Task Metrics"]["Executor Run Time"]

listed = []
for k, (job, chain) in enumerate(jobs):
    gap = (start[job] - end[jobs[k - 1][0]]) / 1000 if k else 0
    listed.append({"after": round(gap, 2), "stages": [
        {"tasks": len(stages[s]), "times": [stages[s][i] for i in sorted(stages[s])]} for s in chain if s in stages]})
json.dump({"name": name, "tail": 1, "threads": [{"jobs": listed}]}, sys.stdout)
print()
