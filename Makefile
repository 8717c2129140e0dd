# The two commands that matter are `make demo` and `make test`; each sets up what it needs.

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-brokers test-conformance pipelines league spark-peer spark fuzz matrix bench-micro thresholds thresholds-update samples broker-speed replicated-log scale proxy-cost install package test-package test-recipes docs lint format clean

# The Swift runtime goes into the binary: it starts faster, which the crash loops feel, and can be copied elsewhere.
# The commit is noted behind the build: results name it.
RELEASE := swift build -c release --product kbench --static-swift-stdlib && scripts/note-commit .build/release/kbench

BENCHMARK := swift package --disable-sandbox benchmark

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

demo: ## Set up, build, and crash both ingestion paths between the log and the commit
	@scripts/setup build
	@$(RELEASE)
	@.build/release/kbench scenario crash-before-commit
	@echo "To look at in a browser: $(CURDIR)/results/latest/report.html"

test: ## Set up and run every test, also against an external broker
	@scripts/test

test-long: ## Run the engine's tests without leaving anything out, in a release build
	@KBENCH_EXHAUSTIVE=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build/long --filter EngineTests

# Each reader gets so many inputs, made from this seed: `make fuzz COUNT=100000 SEED=7`.
COUNT := 1000000
SEED := 1

test-conformance: ## Check kbench's broker and another through six clients, and run stream processors on it (minutes)
	@scripts/setup build
	@swift build --product kbench
	@scripts/conformance
	@scripts/conformance --streams

pipelines: ## Install what the pipelines in pipelines/ need, into .build/pipelines (a gigabyte, most of it Pathway)
	@scripts/setup conformance
	@scripts/pipelines

league: ## Judge all pipelines that are installed, and write results/league anew (an hour)
	@$(RELEASE)
	@# Exit code 3 is a verdict as well: some of them do not keep what they claim.
	@KBENCH_BINARY=$(CURDIR)/.build/release/kbench .build/release/kbench league pipelines/*.yaml || [ $$? = 3 ]

spark-peer: ## Build real Spark with its two pipelines in .build/spark (half a gigabyte of packages)
	@scripts/setup conformance
	@scripts/spark-peer

spark: ## Kill real Spark at points of the wire, and count beside kbench's own engine (ten minutes)
	@$(RELEASE)
	@scripts/spark

fuzz: ## Feed every reader of files with a million changed ones, in a release build (long)
	@scripts/setup build
	@swift build -c release --product Fuzz
	@.build/release/Fuzz --seed $(SEED) --count $(COUNT)

test-brokers: ## Run a scenario 50 times on a cluster of three brokers, of which two go down or stand still for a while in each
	@KBENCH_CLUSTER_RUNS=50 swift test --disable-xctest --filter HarnessTests.ThreeBrokerScenarioTests

matrix: ## Crash every strategy and sink at every point in real workers, as Spark does and soundly (long)
	@scripts/setup build
	@$(RELEASE)
	@.build/release/kbench matrix --fidelity spark
	@.build/release/kbench matrix --fidelity sound

bench-micro: ## Measure single steps, and hold their allocations to the written thresholds
	@scripts/setup build
	@cd Benchmarks && $(BENCHMARK) run --no-progress --format markdown
	@$(MAKE) --no-print-directory thresholds

broker-speed: ## Measure how fast kbench's broker is read and written, side by side with librdkafka's mock (long)
	@scripts/setup build
	@$(RELEASE)
	@scripts/broker-speed

replicated-log: ## Measure the receiver's log with three real copies, one of which is lost (long; needs glusterfs-server)
	@scripts/setup build
	@$(RELEASE)
	@scripts/replicated-log measure

scale: ## Measure whether a record costs the same however many there are, in any number of partitions (long)
	@scripts/setup build
	@$(RELEASE)
	@scripts/scale

proxy-cost: ## Measure what the proxy of kbench judge costs where nothing is armed
	@scripts/setup build
	@$(RELEASE)
	@scripts/proxy-cost

# Hashes that are the same in every run, so that tables grow at the same moment.
CHECK := cd Benchmarks && swift build -c release --product Check >&2 && SWIFT_DETERMINISTIC_HASHING=1 .build/release/Check

thresholds: ## Hold the allocations of single steps to what is written
	@scripts/setup build
	@$(CHECK)

thresholds-update: ## Write down the allocations of single steps
	@scripts/setup build
	@$(CHECK) update

samples: ## Write the samples of output in README.md and the pages anew, from what the commands print
	@scripts/setup build
	@$(RELEASE)
	@scripts/samples

# Where `make install` puts things; DESTDIR goes before it, for packagers.
PREFIX ?= /usr/local

install: ## Build and install the binary, man pages, completions and documents below PREFIX (/usr/local)
	@scripts/setup build
	@$(RELEASE)
	@DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) scripts/install

package: ## Make a tarball and a Debian package, which need no Swift, in .build/dist
	@scripts/setup build
	@scripts/setup package
	@$(RELEASE)
	@scripts/dist

test-package: ## Install both packages on a bare Debian 12 and run them there (root; fetches that system once)
	@scripts/setup build
	@$(RELEASE)
	@scripts/test-package

test-recipes: ## Run the steps of action.yml and docs/ci here: red on a planted fault, green otherwise (minutes)
	@scripts/setup build
	@$(RELEASE)
	@scripts/test-recipes

docs: ## Build the documentation as a site in .build/docs, and refuse a link that leads nowhere
	@scripts/docs

lint: ## Check format and documentation comments
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Micro Benchmarks/Check

format: ## Bring every file into the one format
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Micro Benchmarks/Check

clean: ## Remove what was built
	@rm -rf .build Benchmarks/.build
