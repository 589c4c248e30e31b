import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import java.util.concurrent.PriorityBlockingQueue;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.yarn.LocalConfigurationProvider;
import org.apache.hadoop.yarn.api.records.*;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.event.Dispatcher;
import org.apache.hadoop.yarn.event.Event;
import org.apache.hadoop.yarn.event.EventHandler;
import org.apache.hadoop.yarn.exceptions.InvalidResourceRequestException;
import org.apache.hadoop.yarn.nodelabels.NodeLabelsStore;
import org.apache.hadoop.yarn.server.resourcemanager.*;
import org.apache.hadoop.yarn.server.resourcemanager.ahs.RMApplicationHistoryWriter;
import org.apache.hadoop.yarn.server.resourcemanager.metrics.NoOpSystemMetricPublisher;
import org.apache.hadoop.yarn.server.resourcemanager.monitor.capacity.ProportionalCapacityPreemptionPolicy;
import org.apache.hadoop.yarn.server.resourcemanager.nodelabels.RMNodeLabelsManager;
import org.apache.hadoop.yarn.server.resourcemanager.placement.ApplicationPlacementContext;
import org.apache.hadoop.yarn.server.resourcemanager.placement.PlacementManager;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMApp;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMAppEventType;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.RMAppState;
import org.apache.hadoop.yarn.server.resourcemanager.rmapp.attempt.*;
import org.apache.hadoop.yarn.server.resourcemanager.rmcontainer.*;
import org.apache.hadoop.yarn.server.resourcemanager.rmnode.RMNode;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.*;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.constraint.AllocationTagsManager;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.event.*;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FSQueue;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler;
import org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler;
import org.apache.hadoop.yarn.server.resourcemanager.security.*;
import org.apache.hadoop.yarn.util.Clock;
import org.apache.hadoop.yarn.util.resource.ResourceUtils;

/**
 * Plays scripts through the CapacityScheduler, FairScheduler and FifoScheduler of an installed Hadoop: scenarios come
 * on standard input, what each scheduler did goes to standard output. See README.md.
 */
public class Script {
  public static void main(String[] args) throws Exception {
    DefaultMetricsSystem.setMiniClusterMode(true);
    field(ResourceManager.class, "clusterTimeStamp").setLong(null, 0); // long past: the largest node limits containers at once
    PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, "UTF-8");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Map<String, StringBuilder> files = new HashMap<>();
    StringBuilder file = null;
    for (String line; (line = in.readLine()) != null; ) {
      if (line.equals("end")) {
        out.print(play(files));
        out.println("end");
        out.flush();
        files.clear();
      } else if (line.startsWith("-- ") && line.endsWith(" --")) {
        files.put(line.substring(3, line.length() - 3), file = new StringBuilder());
      } else {
        file.append(line).append('\n');
      }
    }
    System.exit(0); // Hadoop leaves timers behind
  }

  static String play(Map<String, StringBuilder> files) {
    StringBuilder answers = new StringBuilder();
    Script script = null;
    try {
      script = new Script(files, answers);
      for (String line : files.get("script").toString().split("\n")) {
        if (!line.isBlank() && !line.startsWith("#")) script.command(line.trim().split("\\s+"));
      }
    } catch (Throwable e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      answers.append("error: ").append(cause).append('\n');
      cause.printStackTrace();
    }
    if (script != null) script.scheduler.stop(); // its timers
    return answers.toString();
  }

  // The names that decide the order of Java's hash tables, as in replay/cluster/yarn.

  static final long CLUSTER = 1;

  static NodeId nodeId(int node) { return NodeId.newInstance("node" + node, 1234); }

  /** What Hadoop's own files say, read once. */
  static final Configuration DEFAULTS = new YarnConfiguration();

  static final RMContainerTokenSecretManager CONTAINER_TOKENS = new RMContainerTokenSecretManager(DEFAULTS);
  static final NMTokenSecretManagerInRM NODE_TOKENS = new NMTokenSecretManagerInRM(DEFAULTS);
  static {
    CONTAINER_TOKENS.rollMasterKey();
    NODE_TOKENS.rollMasterKey();
  }

  long now;
  String[] words;
  final StringBuilder answers;
  final Clock clock = () -> now;
  final RMContextImpl context;
  final RMNodeLabelsManager labels;
  final AbstractYarnScheduler<?, ?> scheduler;
  final Configuration conf = new Configuration(false);
  final Map<Integer, RMNode> nodes = new TreeMap<>();
  final Map<Integer, App> apps = new TreeMap<>();
  final List<RMContainer> containers = new ArrayList<>();
  final Set<RMContainer> live = new LinkedHashSet<>();
  final Map<ContainerId, Integer> numbers = new HashMap<>();
  final List<ApplicationAttemptId> allocated = new ArrayList<>(); // in order, since the last look
  final TreeMap<Integer, String> marks = new TreeMap<>();
  ProportionalCapacityPreemptionPolicy policy;
  boolean rejected;

  static class App {
    ApplicationId id;
    ApplicationAttemptId attempt;
    String queue;
    boolean runs; // accepted and not finished
    boolean master; // is there
    Map<String, Object> attemptValues; // what its attempt answers
    final List<String[]> held = new ArrayList<>(); // asked before the master was there
  }

  Script(Map<String, StringBuilder> files, StringBuilder answers) throws Exception {
    this.answers = answers;
    QueueMetrics.clearQueueMetrics();
    DefaultMetricsSystem.shutdown();
    conf.addResource(DEFAULTS);
    conf.set("hadoop.security.group.mapping", "org.apache.hadoop.security.NullGroupsMapping");
    if (files.containsKey("yarn-site.xml")) conf.addResource(stream(files.get("yarn-site.xml")), "yarn-site.xml");
    ResourceUtils.resetResourceTypes(conf); // what is least and most is kept there
    Path allocations = null;
    if (files.containsKey("fair-scheduler.xml")) {
      allocations = Files.createTempFile("fair-scheduler", ".xml");
      Files.writeString(allocations, files.get("fair-scheduler.xml"));
      conf.set("yarn.scheduler.fair.allocation.file", allocations.toString());
      scheduler = new FairScheduler();
    } else if (files.containsKey("capacity-scheduler.xml")) {
      scheduler = new CapacityScheduler();
    } else {
      scheduler = new FifoScheduler();
    }
    Dispatcher dispatcher = (Dispatcher) Proxy.newProxyInstance(Script.class.getClassLoader(), new Class[] {Dispatcher.class},
        (proxy, method, args) -> method.getName().equals("getEventHandler") ? (EventHandler<Event>) this::handle : null);
    ContainerAllocationExpirer expirer = new ContainerAllocationExpirer(dispatcher);
    context = new RMContextImpl() {
      @Override
      public Dispatcher getDispatcher() { return dispatcher; }

      @Override
      public ContainerAllocationExpirer getContainerAllocationExpirer() { return expirer; }

      @Override
      public RMContainerTokenSecretManager getContainerTokenSecretManager() { return CONTAINER_TOKENS; }

      @Override
      public NMTokenSecretManagerInRM getNMTokenSecretManager() { return NODE_TOKENS; }
    };
    context.setYarnConfiguration(conf);
    context.setSystemMetricsPublisher(new NoOpSystemMetricPublisher());
    context.setRMApplicationHistoryWriter(new RMApplicationHistoryWriter());
    context.setAllocationTagsManager(new AllocationTagsManager(context));
    context.setQueuePlacementManager(new PlacementManager());
    context.setScheduler(scheduler);
    context.setConfigurationProvider(new LocalConfigurationProvider() {
      @Override
      public InputStream getConfigurationInputStream(Configuration c, String name) {
        return files.containsKey(name) ? stream(files.get(name)) : null;
      }
    });
    labels = new Labels();
    labels.init(new Configuration(conf));
    labels.start();
    labels.setRMContext(context);
    context.setNodeLabelManager(labels);
    Set<String> known = new TreeSet<>(); // labels
    for (String line : files.get("script").toString().split("\n")) {
      String[] w = line.trim().split("\\s+");
      if (w.length == 6 && w[1].equals("node")) known.add(w[5]);
    }
    List<NodeLabel> all = new ArrayList<>();
    for (String label : known) {
      if (!label.equals("-")) {
        String[] parts = label.split(":"); // name or name:shared
        all.add(NodeLabel.newInstance(parts[0], parts.length == 1));
      }
    }
    if (!all.isEmpty()) labels.addToCluserNodeLabels(all);
    boolean monitor = scheduler instanceof CapacityScheduler && conf.getBoolean(YarnConfiguration.RM_SCHEDULER_ENABLE_MONITORS, false);
    conf.setBoolean(YarnConfiguration.RM_SCHEDULER_ENABLE_MONITORS, monitor);
    scheduler.setClock(clock);
    scheduler.setRMContext(context);
    if (scheduler instanceof CapacityScheduler) ((CapacityScheduler) scheduler).setConf(conf);
    scheduler.init(conf);
    scheduler.reinitialize(conf, context);
    if (allocations != null) Files.delete(allocations);
    if (monitor) {
      policy = new ProportionalCapacityPreemptionPolicy(context, (CapacityScheduler) scheduler, clock);
    }
    if (scheduler instanceof FairScheduler) {
      preemption = field(FairScheduler.class, "preemptionThread").get(scheduler);
      if (preemption != null) {
        Field timer = field(preemption.getClass(), "preemptionTimer");
        ((Timer) timer.get(preemption)).cancel();
        timer.set(preemption, new Kills());
      }
    }
  }

  static InputStream stream(CharSequence text) {
    return new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Node labels that are kept nowhere. */
  static class Labels extends RMNodeLabelsManager {
    @Override
    protected void initNodeLabelStore(Configuration conf) {
      store = (NodeLabelsStore) Proxy.newProxyInstance(Script.class.getClassLoader(), new Class[] {NodeLabelsStore.class},
          (proxy, method, args) -> null);
    }

    @Override
    protected void serviceInit(Configuration conf) throws Exception {
      conf.setBoolean(YarnConfiguration.NODE_LABELS_ENABLED, true);
      super.serviceInit(conf);
    }

    @Override
    protected void initDispatcher(Configuration conf) { dispatcher = null; }

    @Override
    protected void startDispatcher() {}

    @Override
    protected void stopDispatcher() {}
  }

  static Field field(Class<?> of, String name) throws Exception {
    Field f = of.getDeclaredField(name);
    f.setAccessible(true);
    return f;
  }

  // What happens in the resource manager, at once and in the same thread.

  List<Event> later; // not null: events wait, as the preemption policy holds locks

  void handle(Event event) {
    if (later != null) {
      later.add(event);
      return;
    }
    if (event instanceof ContainerPreemptEvent) {
      ContainerPreemptEvent e = (ContainerPreemptEvent) event;
      boolean kill = e.getType() == SchedulerEventType.MARK_CONTAINER_FOR_KILLABLE;
      marks.put(number(e.getContainer()), kill ? "kill" : "mark");
    }
    if (event instanceof SchedulerEvent) scheduler.handle((SchedulerEvent) event);
    else if (event.getType() == RMAppEventType.APP_REJECTED) rejected = true;
    else if (event.getType() == RMAppAttemptEventType.CONTAINER_ALLOCATED) {
      allocated.add(((org.apache.hadoop.yarn.server.resourcemanager.rmapp.attempt.RMAppAttemptEvent) event).getApplicationAttemptId());
    }
  }

  int number(RMContainer container) { return numbers.getOrDefault(container.getContainerId(), 0); }

  void answer(String format, Object... args) {
    answers.append(now).append(' ').append(String.join(" ", Arrays.copyOfRange(words, 1, Math.min(words.length, 3))));
    answers.append(": ").append(String.format(format, args)).append('\n');
  }

  int word(int i) { return Integer.parseInt(words[i]); }

  void command(String[] line) throws Exception {
    words = line;
    now = Long.parseLong(words[0]);
    switch (words[1]) {
      case "node": node(); break;
      case "lose": lose(); break;
      case "submit": submit(); break;
      case "ask": ask(); break;
      case "update": update(); break;
      case "complete": complete(); break;
      case "finish": finish(); break;
      case "preempt": preempt(); break;
      case "shares": shares(); break;
      default: throw new IllegalArgumentException("no such verb: " + words[1]);
    }
    free();
  }

  /** node ID MB CORES [LABEL[:shared]] */
  void node() throws Exception {
    NodeId id = nodeId(word(2));
    NetUtils.addStaticResolution(id.getHost(), "127.0.0.1");
    Resource total = Resource.newInstance(word(3), word(4));
    Map<String, Object> values = new HashMap<>();
    values.put("getNodeID", id);
    values.put("getHostName", id.getHost());
    values.put("getCommandPort", id.getPort());
    values.put("getNodeAddress", id.toString());
    values.put("getHttpAddress", id.toString());
    values.put("getRackName", "/default-rack");
    values.put("getTotalCapability", total);
    values.put("getPhysicalResource", total);
    values.put("getAllocatedContainerResource", Resource.newInstance(0, 0));
    values.put("getState", NodeState.RUNNING);
    values.put("getNodeLabels", Set.of());
    values.put("getRMContext", context);
    RMNode node = fake(RMNode.class, values);
    nodes.put(word(2), node);
    context.getRMNodes().put(id, node);
    if (words.length > 5) {
      labels.addLabelsToNode(Map.of(id, Set.of(words[5].split(":")[0])));
    }
    scheduler.handle(new NodeAddedSchedulerEvent(node));
  }

  /** An object of which only some methods matter; the others return nothing. */
  static <T> T fake(Class<T> type, Map<String, Object> values) {
    return type.cast(Proxy.newProxyInstance(Script.class.getClassLoader(), new Class[] {type}, (proxy, method, args) -> {
      if (values.containsKey(method.getName())) return values.get(method.getName());
      Class<?> returned = method.getReturnType();
      if (method.getName().equals("hashCode")) return System.identityHashCode(proxy);
      if (method.getName().equals("equals")) return proxy == args[0];
      if (method.getName().equals("toString")) return type.getSimpleName();
      if (returned == boolean.class) return false;
      if (returned == int.class || returned == Integer.class) return 0;
      if (returned == long.class) return 0L;
      if (returned == float.class) return 0f;
      if (returned == List.class) return List.of();
      if (returned == Set.class) return Set.of();
      if (returned == Map.class) return Map.of();
      return null;
    }));
  }

  /** submit APP QUEUE USER PRIORITY LABEL|- MB CORES */
  void submit() throws Exception {
    App app = new App();
    apps.put(word(2), app);
    app.id = ApplicationId.newInstance(CLUSTER, word(2));
    app.attempt = ApplicationAttemptId.newInstance(app.id, 1);
    String queue = words[3], user = words[4], label = words[6].equals("-") ? null : words[6];
    ApplicationSubmissionContext submission = ApplicationSubmissionContext.newInstance(app.id, "app", queue,
        Priority.newInstance(word(5)), null, false, false, 1, Resource.newInstance(word(7), word(8)));
    submission.setNodeLabelExpression(label);
    ApplicationPlacementContext placement = null;
    if (!(scheduler instanceof FifoScheduler)) {
      placement = context.getQueuePlacementManager().placeApplication(submission, user);
    }
    if (placement != null) {
      queue = placement.getQueue();
      submission.setQueue(queue);
      if (scheduler instanceof CapacityScheduler && placement.hasParentQueue()) queue = placement.getFullQueuePath();
    }
    app.queue = queue;
    ResourceRequest master = ResourceRequest.newInstance(Priority.newInstance(0), ResourceRequest.ANY, submission.getResource(), 1);
    master.setNodeLabelExpression(label);
    Resource largest;
    Priority priority;
    try {
      largest = scheduler.getMaximumResourceCapability(queue);
      SchedulerUtils.normalizeAndValidateRequest(master, largest, queue, false, context, null, true);
      priority = scheduler.checkAndGetApplicationPriority(submission.getPriority(),
          org.apache.hadoop.security.UserGroupInformation.createRemoteUser(user), queue, app.id);
    } catch (org.apache.hadoop.yarn.exceptions.YarnException e) {
      answer("refused");
      return;
    }
    master.setCapability(scheduler.getNormalizedResource(master.getCapability(), largest));
    submission.setPriority(priority);
    Map<String, Object> attempt = app.attemptValues = new HashMap<>();
    attempt.put("getAppAttemptId", app.attempt);
    attempt.put("getRMAppAttemptMetrics", new RMAppAttemptMetrics(app.attempt, context));
    attempt.put("getSubmissionContext", submission);
    Map<String, Object> values = new HashMap<>();
    values.put("getApplicationId", app.id);
    values.put("getApplicationSubmissionContext", submission);
    values.put("getAMResourceRequests", List.of(master));
    values.put("getCurrentAppAttempt", fake(RMAppAttempt.class, attempt));
    values.put("getApplicationPriority", priority);
    values.put("getQueue", queue);
    values.put("getUser", user);
    context.getRMApps().put(app.id, fake(RMApp.class, values));
    rejected = false;
    scheduler.handle(new AppAddedSchedulerEvent(app.id, queue, user, false, null, priority, placement));
    if (rejected) {
      answer("refused");
      return;
    }
    app.runs = true;
    scheduler.handle(new AppAttemptAddedSchedulerEvent(app.attempt, false));
    allocate(app, List.of(master), List.of());
  }

  Allocation allocate(App app, List<ResourceRequest> ask, List<ContainerId> release) {
    return scheduler.allocate(app.attempt, new ArrayList<>(ask), null, new ArrayList<>(release), List.of(), List.of(),
        new ContainerUpdates());
  }

  /** ask APP PRIORITY MB CORES COUNT: held back until the master is there */
  void ask() throws Exception {
    App app = apps.get(word(2));
    if (app == null || !app.runs) return;
    if (!app.master) {
      app.held.add(words);
      return;
    }
    ResourceRequest request = ResourceRequest.newInstance(Priority.newInstance(word(3)), ResourceRequest.ANY,
        Resource.newInstance(word(4), word(5)), word(6));
    request.setNodeLabelExpression(context.getRMApps().get(app.id).getApplicationSubmissionContext().getNodeLabelExpression());
    try {
      RMServerUtils.normalizeAndValidateRequests(List.of(request), scheduler.getMaximumResourceCapability(app.queue), app.queue,
          scheduler, context, true);
    } catch (InvalidResourceRequestException e) {
      return; // larger than the largest container: not taken in
    }
    allocate(app, List.of(request), List.of());
  }

  /** update NODE: its heartbeat; what is allocated is taken and started at once */
  void update() throws Exception {
    RMNode node = nodes.get(word(2));
    if (node == null) return;
    SchedulerNode at = scheduler.getSchedulerNode(node.getNodeID());
    RMContainer before = at.getReservedContainer();
    allocated.clear();
    scheduler.handle(new NodeUpdateSchedulerEvent(node));
    Map<ApplicationAttemptId, Deque<Container>> taken = new LinkedHashMap<>();
    for (ApplicationAttemptId attempt : new ArrayList<>(allocated)) {
      App app = apps.get(attempt.getApplicationId().getId());
      Deque<Container> mine = taken.computeIfAbsent(attempt, a -> new ArrayDeque<>(allocate(app, List.of(), List.of()).getContainers()));
      Container container = mine.removeFirst();
      RMContainerImpl started = (RMContainerImpl) scheduler.getRMContainer(container.getId());
      containers.add(started);
      live.add(started);
      numbers.put(container.getId(), containers.size());
      boolean master = !app.master;
      if (master) {
        started.setAMContainer(app.master = true);
        app.attemptValues.put("getMasterContainer", container);
      }
      Method launch = AbstractYarnScheduler.class.getDeclaredMethod("containerLaunchedOnNode", ContainerId.class, SchedulerNode.class);
      launch.setAccessible(true);
      launch.invoke(scheduler, container.getId(), at);
      answer("container %d to app %d, priority %d, %d MB, %d cores%s", containers.size(), attempt.getApplicationId().getId(),
          container.getPriority().getPriority(), container.getResource().getMemorySize(), container.getResource().getVirtualCores(),
          master ? ", master" : "");
      if (!container.getNodeId().equals(node.getNodeID())) throw new IllegalStateException("allocated on " + container.getNodeId());
    }
    RMContainer after = at.getReservedContainer();
    if (after != null && after != before) {
      answer("reserved for app %d, priority %d, %d MB, %d cores", app(after),
          after.getReservedSchedulerKey().getPriority().getPriority(), after.getReservedResource().getMemorySize(),
          after.getReservedResource().getVirtualCores());
    }
    for (ApplicationAttemptId attempt : taken.keySet()) {
      App app = apps.get(attempt.getApplicationId().getId());
      List<String[]> held = new ArrayList<>(app.held);
      app.held.clear();
      for (String[] line : held) {
        words = line;
        ask();
      }
    }
  }

  /** complete CONTAINER: its master gives it back; masters end with their applications */
  void complete() {
    if (word(2) > containers.size()) return;
    RMContainer container = containers.get(word(2) - 1);
    App app = apps.get(app(container));
    if (app.runs && !container.isAMContainer()) allocate(app, List.of(), List.of(container.getContainerId()));
  }

  /** finish APP */
  void finish() {
    App app = apps.get(word(2));
    if (app == null || !app.runs) return;
    app.runs = false;
    scheduler.handle(new AppAttemptRemovedSchedulerEvent(app.attempt, RMAppAttemptState.FINISHED, false));
    scheduler.handle(new AppRemovedSchedulerEvent(app.id, RMAppState.FINISHED));
    context.getRMApps().remove(app.id);
  }

  /** lose NODE: its containers are gone, and so are the applications whose masters they were */
  void lose() {
    RMNode node = nodes.remove(word(2));
    if (node == null) return;
    List<App> lost = new ArrayList<>();
    for (RMContainer c : containers) {
      App app = apps.get(app(c));
      boolean there = app.runs && scheduler.getRMContainer(c.getContainerId()) != null;
      if (there && c.isAMContainer() && c.getAllocatedNode().equals(node.getNodeID())) lost.add(app);
    }
    scheduler.handle(new NodeRemovedSchedulerEvent(node));
    for (App app : lost) {
      words[2] = Integer.toString(app.id.getId());
      finish();
    }
  }

  /** shares: the fair shares of the fair scheduler's queues, by name */
  void shares() {
    Map<String, FSQueue> queues = new TreeMap<>();
    for (FSQueue queue : ((FairScheduler) scheduler).getQueueManager().getQueues()) queues.put(queue.getName(), queue);
    queues.forEach((name, queue) -> {
      Resource share = queue.getFairShare();
      answer("%s %d MB, %d cores", name, share.getMemorySize(), share.getVirtualCores());
    });
  }

  // A round of preemption.

  Object preemption;
  final TreeMap<Long, List<List<RMContainer>>> kills = new TreeMap<>(); // by time

  /** Kills when the script's clock says so. */
  class Kills extends Timer {
    Kills() { super(true); cancel(); }

    @Override
    public void schedule(TimerTask task, long delay) {
      try {
        @SuppressWarnings("unchecked")
        List<RMContainer> victims = (List<RMContainer>) field(task.getClass(), "containers").get(task);
        for (RMContainer c : victims) marks.put(number(c), "mark");
        tasks.computeIfAbsent(now + delay, at -> new ArrayList<>()).add(task);
        kills.computeIfAbsent(now + delay, at -> new ArrayList<>()).add(victims);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  final TreeMap<Long, List<TimerTask>> tasks = new TreeMap<>();

  /** preempt: what is due is killed, then the monitor's or update thread's round */
  void preempt() throws Exception {
    while (!tasks.isEmpty() && tasks.firstKey() <= now) {
      for (List<RMContainer> victims : kills.pollFirstEntry().getValue()) {
        for (RMContainer c : victims) if (scheduler.getRMContainer(c.getContainerId()) != null) marks.put(number(c), "kill");
      }
      for (TimerTask task : tasks.pollFirstEntry().getValue()) task.run();
    }
    free();
    tell();
    if (policy != null) {
      List<Event> waiting = later = new ArrayList<>();
      policy.editSchedule();
      later = null;
      waiting.forEach(this::handle);
      marks.remove(0); // reservations have no number
    }
    if (scheduler instanceof FairScheduler) {
      ((FairScheduler) scheduler).update();
      if (preemption != null) {
        Object context = field(preemption.getClass(), "context").get(preemption);
        Object starved = invoke(context, "getStarvedApps");
        PriorityBlockingQueue<?> queue = (PriorityBlockingQueue<?>) field(starved.getClass(), "appsToProcess").get(starved);
        while (!queue.isEmpty()) {
          Object app = invoke(starved, "take");
          invoke(preemption, "preemptContainers", invoke(preemption, "identifyContainersToPreempt", app));
          invoke(app, "preemptionTriggered", field(preemption.getClass(), "delayBeforeNextStarvationCheck").get(preemption));
        }
        field(starved.getClass(), "appBeingProcessed").set(starved, null);
      }
    }
    tell();
  }

  /** Frees what ended on its node, too: there YARN waits for the node to report it. */
  void free() {
    for (RMContainer c : live) {
      SchedulerNode node = scheduler.getSchedulerNode(c.getAllocatedNode());
      if (node != null && scheduler.getRMContainer(c.getContainerId()) == null) node.releaseContainer(c.getContainerId(), true);
    }
    live.removeIf(c -> scheduler.getRMContainer(c.getContainerId()) == null);
  }

  /** What was killed, then what was marked, by number. */
  void tell() {
    for (String what : List.of("kill", "mark")) {
      marks.forEach((number, done) -> {
        if (done.equals(what)) answer("%s container %d of app %d", what, number, app(containers.get(number - 1)));
      });
    }
    marks.clear();
  }

  static int app(RMContainer c) { return c.getApplicationAttemptId().getApplicationId().getId(); }

  static Object invoke(Object on, String name, Object... args) throws Exception {
    for (Method m : on.getClass().getDeclaredMethods()) {
      if (m.getName().equals(name) && m.getParameterCount() == args.length) {
        m.setAccessible(true);
        return m.invoke(on, args);
      }
    }
    throw new NoSuchMethodException(on.getClass() + "." + name);
  }
}
