# The front door. `make demo` and `make test` are all a newcomer needs.
JOBS ?= $(shell nproc)
PREFIX ?= /usr/local
BUILD = cmake --build
export CTEST_OUTPUT_ON_FAILURE = 1

.PHONY: help demo data test build install lint golden fuzz bench soak sanitize setup clean

help:            ## Say what there is
	@grep -E '^[a-z]+: .*##|^[a-z]+:  +##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: data build ## Build, run a node on real data, then four that answer and fit together, and show what they do
	@tools/demo
	@tools/demo-members

data:
	@tools/data make

test: setup      ## Build and run every test that belongs to CI
	@tools/test

build: setup     ## Build the two programs into build/release/bin
	@cmake --preset release >/dev/null
	@$(BUILD) build/release -j $(JOBS) --target concordat concordatd

install: build   ## Install to PREFIX (default /usr/local)
	@cmake --install build/release --prefix $(PREFIX)

lint: setup      ## Formatting, clang-tidy, layers, sizes, words, lifetimes
	@tools/lint/run

golden: setup    ## Golden questions: text in, plan and answer or refusal out
	@cmake --preset dev >/dev/null && $(BUILD) build/dev -j $(JOBS) && ctest --test-dir build/dev -L golden

fuzz: setup      ## Every fuzzer; SECONDS_EACH=60
	@tools/fuzz $(or $(SECONDS_EACH),60)

bench:           ## Benchmarks, each against plain DuckDB, PostgreSQL or Tessera in the same run
	@tools/setup clients
	@tools/bench

soak:            ## The long suites: 10,000 kills, 200,000 neighbour pairs
	@tools/setup clients
	@cmake --preset dev >/dev/null && $(BUILD) build/dev -j $(JOBS) && ctest --test-dir build/dev -L soak

sanitize: setup  ## The unit tests under address, undefined and thread sanitizers
	@tools/sanitize

setup:
	@tools/setup

clean:           ## Remove what was built; what was downloaded stays
	rm -rf build
