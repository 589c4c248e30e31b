# Recurring tasks. "make" without a target lists them.

FUZZTIME    ?= 30s
COUNT       ?= 10
BENCH       ?= bench.txt
HUGE_LOG    ?= 20000
TASKS       ?= 10000000
BEFORE      ?= bd45f59
RECORDINGS  ?= list
PROOFS      ?= list
SCENARIOS   ?= 10000
SEED        ?= 1
RECORD      ?= 0
MUTANTS     ?= .
COVERAGE    ?= 4000
SEEDS       ?= 50
WORKLOADS   ?= day queues fleet fleets recordings
SPARK       ?= 4.1.4
HADOOP      ?= 3.4.2
DIST        ?= dist
RELEASE_GO   = go1.26.10
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT    = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

.DEFAULT_GOAL := help
.PHONY: help build test platforms test-spark test-on-spark scale test-yarn race lint fuzz bench huge-log benchmarks benchstat golden demo docs validate mutants coverage advice-bars record prove vulncheck release clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the command into ./dynalloc, without C libraries, so that it runs on any machine of the system
	CGO_ENABLED=0 go build -o dynalloc ./cmd/dynalloc

test: ## run all tests
	go test ./...

platforms: ## check that results have the same bytes on this machine, as WebAssembly (node) and on arm64 (qemu-user-static)
	go test ./internal/exact ./bench/sweep -run Pinned
	GOOS=js GOARCH=wasm go test -exec="$$(go env GOROOT)/lib/wasm/go_js_wasm_exec" ./internal/exact ./bench/sweep -run Pinned
	GOARCH=arm64 CGO_ENABLED=0 go test -exec=qemu-aarch64-static ./internal/exact ./bench/sweep -run Pinned

test-spark: ## compare the policy with Spark's own classes in SCENARIOS (10000) random scenarios
	SCENARIOS="$(SCENARIOS)" SEED="$(SEED)" RECORD="$(RECORD)" SPARK="$(SPARK)" policies/testdata/oracle/test-spark.sh

test-on-spark: ## sweep on a real Spark cluster whose executors are killed, and compare the results with this machine's
	SPARK="$(SPARK)" bench/onspark/test-spark.sh

scale: ## measure how sweeps grow on Spark, and rewrite docs/SCALE.md
	SPARK="$(SPARK)" bench/onspark/test-spark.sh TestScaleDocument -update

test-yarn: ## compare the YARN schedulers with YARN's own classes in SCENARIOS (10000) random scenarios
	SCENARIOS="$(SCENARIOS)" SEED="$(SEED)" RECORD="$(RECORD)" KIND="$(KIND)" HADOOP="$(HADOOP)" replay/cluster/yarn/testdata/oracle/test-yarn.sh

race: ## run the tests of concurrent code with the race detector
	go test -short -race -timeout 20m ./bench/... ./policies ./replay

lint: ## check formatting, vet, staticcheck and go.mod
	@test -z "$$(gofmt -l .)" || { echo "make lint: run gofmt -w on:"; gofmt -l .; exit 1; }
	go vet ./...
	go mod tidy -diff
	go run $(STATICCHECK) ./...

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@for p in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; done; done

bench: ## measure the speed, side by side with other simulators and the code of BEFORE, and rewrite docs/PERFORMANCE.md; up to 20 minutes
	go run ./internal/performance -tasks "$(TASKS)" -before "$(BEFORE)"

huge-log: ## read a log of HUGE_LOG (20000) MB that is made while it is read, and print the memory that it takes; a minute
	HUGE_LOG="$(HUGE_LOG)" go test ./internal/performance/reading -run '^TestHugeLogsAreReadInLittleMemory$$' -v

benchmarks: ## run all benchmarks COUNT (10) times, and write BENCH (bench.txt)
	go test -run '^$$' -bench . -count $(COUNT) ./... | tee $(BENCH)

benchstat: ## compare the policies in BENCH (bench.txt)
	go run $(BENCHSTAT) -col /policy -filter .name:Policy $(BENCH)

golden: ## rewrite the expected output of tests, and show what changed
	go test ./cmd/dynalloc ./replay ./replay/cluster/kubernetes -update
	git diff --stat

demo: ## compare policies on the built-in day
	go run ./cmd/dynalloc compare

docs: ## rewrite the README's table and pictures, and the answer in docs/TUNE.md
	go test ./cmd/dynalloc -run '^(TestReadme|TestTuneDocument|TestProofDocument)$$' -update

validate: ## compare replays with all recordings, and rewrite docs/VALIDATION.md
	go test ./cmd/dynalloc -run '^TestValidationDocument$$' -update
	go run ./cmd/dynalloc validate --startup to bench/testdata/recordings

coverage: ## measure how often intervals contain the truth, in COVERAGE (4000) samples and a twentieth as many days, and the error of the model
	COVERAGE="$(COVERAGE)" go test ./bench/... -run '^(TestIntervals.*Cover.*|TestModelErrorIsTheMeasuredOne)$$' -v -timeout 30m

advice-bars: ## decide with SEEDS (50) seeds about WORKLOADS (built-in ones and recordings), and print contradictions, costs and how often verdicts are right; a run that was ended goes on (bars.jsonl)
	BARS="$(CURDIR)/bars.jsonl" SEEDS="$(SEEDS)" WORKLOADS="$(WORKLOADS)" go test ./bench/decide -run '^TestDecisionsHoldForEverySeed$$' -v -timeout 10h

vulncheck: ## look for known vulnerabilities in the modules and in the standard library of RELEASE_GO (go1.26.10)
	RELEASE_GO="$(RELEASE_GO)" .ci/vulncheck

release: ## build the releases into DIST (dist) with RELEASE_GO, twice each, with bills of materials and checksums; about half an hour
	RELEASE_GO="$(RELEASE_GO)" DIST="$(DIST)" .ci/release

mutants: ## break the code in many places (MUTANTS: matching names), one at a time, and print which test notices
	MUTANTS="$(MUTANTS)" go test ./internal/mutants -run '^TestMutantsAreCaught$$' -v -timeout 4h -update

record: ## record real Spark runs, RECORDINGS=steps/ess10 or all (bench/recorder/README.md)
	bench/recorder/record.sh $(RECORDINGS)

prove: ## let advise choose from recordings, and follow it on real Spark: PROOFS=fleet or all (bench/recorder/README.md)
	bench/recorder/prove.sh $(PROOFS)
	go test ./cmd/dynalloc -run '^TestProofDocument$$' -update

clean: ## remove built and generated files
	rm -rf dynalloc dynalloc-out bench.txt
