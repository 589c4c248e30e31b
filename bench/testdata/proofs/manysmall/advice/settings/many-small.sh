# many-small: spark,sustained=5s,shuffle=tracking, for Spark 4.1.4 on standalone
# many-small: undecided between fixed 2 and dynamic 0+; alike if start-up > 5.6 s (here 1.98 s).
# use: source this file, then spark-submit "${settings[@]}" ...
# remove spark.cores.max (it is 8)
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=true
  # how long an executor may be idle, in whole seconds
  --conf spark.dynamicAllocation.executorIdleTimeout=60s
  # how long tasks wait before executors are added, in whole seconds
  --conf spark.dynamicAllocation.schedulerBacklogTimeout=1s
  # how long tasks wait until more are added, in whole seconds
  --conf spark.dynamicAllocation.sustainedSchedulerBacklogTimeout=5s
  # fewest executors, for each resource profile
  --conf spark.dynamicAllocation.minExecutors=0
  # executors at the start
  --conf spark.dynamicAllocation.initialExecutors=0
  # the external shuffle service keeps shuffle files
  --conf spark.shuffle.service.enabled=false
  # keep executors whose shuffle files a job may need
  --conf spark.dynamicAllocation.shuffleTracking.enabled=true
)
