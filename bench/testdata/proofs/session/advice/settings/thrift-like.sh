# thrift-like: spark,idle=3s,sustained=2s,max=3,initial=1, for Spark 4.1.4 on standalone
# thrift-like: dynamic is in time here; fixed 2 would hold 37.4 % more; alike if start-up > 4.12 s (here 1.89 s).
# use: source this file, then spark-submit "${settings[@]}" ...
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=true
  # how long an executor may be idle, in whole seconds
  --conf spark.dynamicAllocation.executorIdleTimeout=3s
  # how long tasks wait before executors are added, in whole seconds
  --conf spark.dynamicAllocation.schedulerBacklogTimeout=1s
  # how long tasks wait until more are added, in whole seconds
  --conf spark.dynamicAllocation.sustainedSchedulerBacklogTimeout=2s
  # fewest executors, for each resource profile
  --conf spark.dynamicAllocation.minExecutors=0
  # most executors, for each resource profile
  --conf spark.dynamicAllocation.maxExecutors=3
  # executors at the start
  --conf spark.dynamicAllocation.initialExecutors=1
  # the external shuffle service keeps shuffle files
  --conf spark.shuffle.service.enabled=true
  # keep executors whose shuffle files a job may need
  --conf spark.dynamicAllocation.shuffleTracking.enabled=false
  # most cores of the application on a standalone cluster
  --conf spark.cores.max=6
)
