"""The peer SimPy: tasks that wait in one queue for slots, each slot a process.

Usage: queue.py TASKS SLOTS, with SimPy installed. Prints a line as `go test -bench`
does: processor time for each start and end of a task, and when the last task ended.
"""

import sys
import time

import simpy


def slot(env, waiting):
    """Runs one task after another, in the order of the queue."""
    for run_time in waiting:
        yield env.timeout(run_time)


def main():
    tasks, slots = int(sys.argv[1]), int(sys.argv[2])
    # As in internal/performance/growth: 16 tasks of each run time, in milliseconds.
    run_times = [1000 + i // 16 % 1024 * 7919 % 4001 for i in range(tasks)]
    begin = time.process_time_ns()
    env = simpy.Environment()
    waiting = iter(run_times)
    for _ in range(slots):
        env.process(slot(env, waiting))
    env.run()
    took = time.process_time_ns() - begin
    print(f"BenchmarkPeers/program=SimPy/tasks={tasks}/slots={slots} 1 {took / (2 * tasks)} ns/event {env.now / 1000} simulated-s")


main()
