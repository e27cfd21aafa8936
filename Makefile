# Everything that one does with this repository; `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# A run of the suite starts some hundred processes: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
INSTALLED := .venv/installed
LOCKS := requirements/build.txt requirements/dev.txt
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --no-build-isolation
# Whatever the index hands out: only archives with these hashes, and nothing runs on installing but the builds of dkimpy and http-ece.
LOCKED := --require-hashes --only-binary :all: --no-binary dkimpy --no-binary http-ece --use-pep517
SUITES := $(wildcard tests/unit tests/contract tests/integration tests/e2e)

.PHONY: help demo smoke test faults attack mutants bench profile soak lint style types collect format database reset install messages topics lock audit sbom

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Create .venv, fetch the local Kafka and the reader of QR codes; the other targets do it as needed
	@$(BIN)/python -m deploy.local install

demo: $(INSTALLED) ## Start everything, print the addresses, stay with the merged log; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.local demo

smoke: $(INSTALLED) ## Walk the main job and five journeys in a real browser, on the stack that is up or one of its own; LANGUAGE=ar or LANGUAGE=all
	@exec $(BIN)/python -m deploy.local smoke $(if $(filter command line,$(origin LANGUAGE)),--language $(LANGUAGE))

test: install ## Run the whole suite, browser tests included, the longest files first; WORKERS=5
	@$(BIN)/python -m deploy.local check
	@exec $(BIN)/python -m pytest --numprocesses $(or $(WORKERS),4) --dist loadfile --no-loadscope-reorder $(SUITES)

faults: install ## Break the running product in every way it promises to survive; PEOPLE=50, SEED=…, ONLY="kill", SAVE=1
	@exec $(BIN)/python -m tests.faults $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SEED),--seed $(SEED)) \
	  $(if $(ONLY),--only "$(ONLY)") $(if $(SAVE),--save)

attack: install ## Try what strangers, other clients and other people might; REQUESTS=100000, PAIRS=200, ONLY="guesses", SAVE=file
	@exec $(BIN)/python -m tests.attack $(if $(REQUESTS),--requests $(REQUESTS)) $(if $(PAIRS),--pairs $(PAIRS)) \
	  $(if $(ONLY),--only "$(ONLY)") $(if $(SAVE),--save $(SAVE))

mutants: $(INSTALLED) ## Mutate the domain where it differs from main, count what unit tests notice; ALL=1, FILES="…", BASE=…, FLOOR=85, SAVE=file
	@exec $(BIN)/python -m tests.mutants $(FILES) $(if $(ALL),--all) $(if $(BASE),--base $(BASE)) \
	  $(if $(FLOOR),--floor $(FLOOR)) $(if $(SAVE),--save $(SAVE))

bench: install ## Measure answers beside their floor, registrations, pages, idling; ANSWERS=500, SECONDS=20, PEOPLE=1000000, SAVE=1 to keep
	@exec $(BIN)/python -m tests.bench $(if $(ANSWERS),--answers $(ANSWERS)) $(if $(filter command line,$(origin SECONDS)),--seconds $(SECONDS)) \
	  $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SAVE),--save)

profile: install ## Where the CPU of a registration goes, as flame graphs (needs py-spy); SAVE=1 to keep them in docs/benchmarks
	@exec $(BIN)/python -m tests.bench.profile $(if $(SAVE),--save)

soak: install ## Registrations at half the highest rate for 10 minutes: memory, handles, lag, nothing lost; MINUTES=2, SAVE=1 to keep
	@exec $(BIN)/python -m tests.bench.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SAVE),--save)

lint: style types ## Run all static checks

style: $(INSTALLED) ## Those that take seconds: format, imports, layers, schemas, our own rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m schemas.compatibility
	$(BIN)/python -m tests.lint

types: $(INSTALLED) ## Check the types; most of a minute where it has not been done before
	$(BIN)/mypy

collect: $(INSTALLED) ## Import all tests once: on a new machine each worker of `make test` would compile all of it
	@$(BIN)/python -m pytest --collect-only -qq $(SUITES) | { grep -E '^(ERROR|E  |!!!)' || true; }

format: $(INSTALLED) ## Format the code and sort the imports
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

messages: $(INSTALLED) ## Read all texts for people into the catalogues anew; what is new is empty there. LANGUAGE=it begins one
	@$(BIN)/python -m deploy.messages $(if $(filter command line,$(origin LANGUAGE)),$(LANGUAGE))

topics: $(INSTALLED) ## Write deploy/topics.yaml and deploy/kafka-acls.yaml anew from the tables in schemas
	@$(BIN)/python -m deploy.local topics

lock: $(INSTALLED) ## Lock the dependencies anew where pyproject.toml changed; UPGRADE="name …" or ALL=1 for later ones, DAYS=0, JARS=1
	@exec $(BIN)/python -m deploy.supply $(if $(JARS),jars,lock $(UPGRADE) $(if $(ALL),--all) $(if $(DAYS),--days $(DAYS)))

audit: $(INSTALLED) ## Ask for known weaknesses of what is locked, over the network; SERVICE=pypi instead of osv
	@exec $(BIN)/python -m deploy.supply audit $(if $(SERVICE),--service $(SERVICE))

sbom: $(INSTALLED) ## Write the bill of materials (CycloneDX) to dist/
	@exec $(BIN)/python -m deploy.supply sbom

database: $(INSTALLED) ## Build the fast local database with cargo, about 5 minutes; used from then on
	@$(BIN)/python -m deploy.local database

reset: $(INSTALLED) ## Delete the demo's data, keys and logs
	@$(BIN)/python -m deploy.local reset

$(INSTALLED): pyproject.toml $(LOCKS)
	@for name in $${PYTHON:-python3.11 python3.12 python3.13 python3}; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$${python:-}" ]; then \
	  echo "Python 3.11 or newer is missing: apt-get install python3 python3-venv, or name one with PYTHON=…" >&2; exit 1; \
	fi; \
	echo "installing into .venv ($$python)"; \
	[ -x $(BIN)/python ] || "$$python" -m venv .venv || { \
	  echo "Python's venv is missing: apt-get install python3-venv" >&2; rm -rf .venv; exit 1; }
	@for lock in $(LOCKS); do $(PIP_INSTALL) $(LOCKED) --requirement "$$lock"; done
	@$(PIP_INSTALL) --editable .
	@# pip would do it on one processor; what cannot be compiled is no module that anybody imports.
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	@touch $@
