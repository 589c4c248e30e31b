package script

// Usage is a short help text about scripts.
const Usage = `A script is written in Starlark, a small dialect of Python. It says how many
executors the application wants in all, and may say which idle ones to give back:

  def target(view):
      return view.needed

  def remove(view):       # may be left out: then the settings idle and cached decide
      return [e.id for e in view.idle if e.idle_ms >= 5000 and not e.cached]

  view.now_ms     milliseconds since the start of the workload
  view.profile    resource profile that is asked about; 0 is the default one
  view.slots      tasks that one executor runs at a time
  view.pending    tasks that wait for a slot
  view.running    tasks that run
  view.needed     executors that all of these could use
  view.target     executors asked for so far
  view.executors  executors that have registered and are not leaving
  view.idle       those of them that run nothing: id, idle_ms, cached, shuffle

Each application runs the script anew, so a dict or list in it remembers. math is
there; files, clocks and other modules are not. A call may take a million steps.
`
