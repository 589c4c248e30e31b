# bursty: spark,idle=5s,max=3, for Spark 4.1.4 on standalone
# bursty: dynamic is in time here; fixed 3 would hold 37.5 % more; fixed 3 if start-up > 3.43 s (here 0.934 s).
# use: source this file, then spark-submit "${settings[@]}" ...
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=true
  # how long an executor may be idle, in whole seconds
  --conf spark.dynamicAllocation.executorIdleTimeout=5s
  # how long tasks wait before executors are added, in whole seconds
  --conf spark.dynamicAllocation.schedulerBacklogTimeout=1s
  # fewest executors, for each resource profile
  --conf spark.dynamicAllocation.minExecutors=0
  # most executors, for each resource profile
  --conf spark.dynamicAllocation.maxExecutors=3
  # executors at the start
  --conf spark.dynamicAllocation.initialExecutors=0
  # the external shuffle service keeps shuffle files
  --conf spark.shuffle.service.enabled=true
  # keep executors whose shuffle files a job may need
  --conf spark.dynamicAllocation.shuffleTracking.enabled=false
  # most cores of the application on a standalone cluster
  --conf spark.cores.max=6
)
