# Each target sets up what it needs. The only things expected of the machine: Python 3.11 or newer, and make.
PYTHON ?= python3
UV     := .venv-tools/bin/uv
BIN    := .venv/bin/
STAMP  := .venv/.synchronised
SOURCES := $(shell find agent graph prompts tools -name '*.py' 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help setup design test check format golden record schema campaign kill-campaign bench clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort

setup: $(STAMP)  ## make .venv with everything from the lock file

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "make: Python 3.11 or newer is needed; say which with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv .venv-tools || { echo "make: this Python has no venv module; install it (Debian: apt-get install python3-venv)" >&2; exit 2; }
	@.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.5,<1'

$(STAMP): $(UV) pyproject.toml uv.lock $(SOURCES)
	@$(UV) sync --quiet --frozen --all-extras --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@if command -v npm >/dev/null 2>&1; then \
	  npm ci --silent --no-fund --no-audit --prefix tests/mermaid || echo "make: Mermaid's parser could not be installed; its test is skipped" >&2; fi
	@touch $@

design: $(STAMP)  ## design the database of the sample in ai_docs/ and write ai_docs/database-design.md
	DATABASE_SPECIALIST_REDIS_URL=off $(BIN)database-specialist design ai_docs  # the same on every machine

test: $(STAMP)  ## format, lint, types, import contracts, doctests and tests: what CI runs
	$(BIN)ruff format --check .
	$(BIN)ruff check .
	$(BIN)mypy
	$(BIN)lint-imports
	$(BIN)pytest -n auto

check: test  ## the same as test

format: $(STAMP)  ## format and mend what can be mended automatically
	$(BIN)ruff check --fix .
	$(BIN)ruff format .

golden: $(STAMP)  ## write the expected files of the tests anew; look at the difference before committing
	UPDATE_GOLDEN=1 $(BIN)pytest

record: $(STAMP)  ## record the model's answers anew, with your keys (RUN=name for one run, FRESH=1 to ask everything again)
	@$(BIN)python -m tests.recorded.record $(RUN) $(if $(FRESH),--fresh) $(foreach type,$(AGAIN),--again $(type)) \
	  $(if $(WRITTEN_RESEARCH),--written-research)

schema: $(STAMP)  ## write the JSON Schemas of database-design.json and of the graph anew
	$(BIN)python -m database_specialist.agent.model.schema_file > .schema && mv .schema agent/model/database-design.schema.json
	$(BIN)python -m database_specialist.graph.schema_file > .schema && mv .schema graph/contract.schema.json

kill-campaign: $(STAMP)  ## kill runs at every named point and at random moments; the figures go to build/kill-campaign.json
	$(BIN)pytest -m campaign tests/durable

campaign: $(STAMP)  ## the longer test campaigns, kept out of `make test`
	$(BIN)pytest -m campaign

bench: $(STAMP)  ## time the sample and the growth with the number of tables
	$(BIN)python benchmarks/sample.py
	$(BIN)python benchmarks/growth.py

clean:  ## remove what the targets made
	rm -rf .venv .venv-tools build *.egg-info tests/mermaid/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
