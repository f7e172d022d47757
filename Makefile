# The commands of daily life. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help up test unit e2e clients fuzz check format docs bench bench-documents soak chaos clean install dev

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## */  make \1\t/' | expand -t 18

up: install ## install what is missing, start everything on 127.0.0.1:8080, stop it with Ctrl-C
	@exec $(BIN)/vanguard up $(ARGS)

test: dev ## unit tests, properties with many examples, then real processes, browser and PostgreSQL
	@$(BIN)/python -m tools.run_tests all

unit: dev ## unit tests alone, under a minute
	@$(BIN)/python -m tools.run_tests unit

e2e: dev ## the tests with real processes, browser and PostgreSQL alone
	@$(BIN)/python -m tools.run_tests real

clients: dev ## every real client, those too that are too large for `make test`; records docs/clients.md's table
	@VANGUARD_CLIENTS=all VANGUARD_RECORD=tests/e2e/clients/recorded.json $(BIN)/python -m pytest -q tests/e2e/clients $(ARGS)
	@$(BIN)/python -m tools.client_matrix --write docs

fuzz: dev ## fuzz the readers of HTTP, of streams and of pages: SECONDS for each target (180), TARGETS to choose
	@for target in $(or $(TARGETS),server client sse event_stream read_pages); do \
		(cd tests && ../$(BIN)/python -m fuzz.run $$target --seconds $(or $(SECONDS),180)) || exit 1; done

check: dev ## format, lint, types, import contracts, sizes, test twins, docs drift
	@$(BIN)/python tools/check.py

format: dev ## let ruff format and fix what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: dev ## write the generated pages anew: settings reference, sample file, CLI help
	@$(BIN)/python tools/docs.py --write

bench: dev ## measure beside nginx and a small proxy, then documents (DOCUMENTS=no); PEERS=all or names, ROUNDS=5: see bench/README.md
	@$(BIN)/python -m bench.run $(if $(PEERS),--peers $(PEERS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(ARGS)
	@$(if $(filter no,$(DOCUMENTS)),true,$(BIN)/python -m bench.documents)

bench-documents: dev ## measure how well kinds of pages are read, beside plain Tesseract; ARGS="--kinds plain --record"
	@$(BIN)/python -m bench.documents $(ARGS)

soak: dev ## steady mixed load for MINUTES=30: does memory, descriptors or latency rise?
	@$(BIN)/python -m bench.soak $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

chaos: dev ## kill everything under load and audit the books: MINUTES=30 SEED=7, see docs/chaos.md
	@CHAOS_MINUTES=$(MINUTES) CHAOS_SEED=$(SEED) $(BIN)/python -m pytest -q -s -m e2e tests/chaos $(ARGS)

clean: ## remove the environment, caches and builds; the platform's state stays
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install:
	@$(PYTHON) tools/install.py

dev:
	@$(PYTHON) tools/install.py dev
