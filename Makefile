# routebook: `make demo` shows it, `make test` proves it. Each does all the set-up it needs; once set up, both work offline.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
LITELLM := .venv-litellm
ENGINE := .venv-engine
TENSORZERO := .venv-tensorzero
VLLM_SR := .venv-vllm-sr
PLANO := .venv-plano
PROMPTFOO := tests/targets/promptfoo/node_modules
PORTKEY := tests/targets/portkey/node_modules
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export ROUTEBOOK_REPOSITORY = $(CURDIR)

# What the browser loads: the widget's bundle, and JupyterLab's, whose package.json is written last.
STATIC := src/routebook/static
LABEXTENSION := src/routebook/labextension
INSTALLED := $(VENV)/share/jupyter/labextensions/routebook
JS := $(wildcard js/*.json js/*.mjs) $(shell find js/src js/style -type f)
CHROMIUM_PATH ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM_PATH
PLAYWRIGHT := cd js/ui-tests && npx --no-install playwright test
NPM_RUN := cd js && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent

.PHONY: help demo lab test lint types unit smoke test-browser browser js watch bench bench-view bench-routing bench-report fuzz test-engine test-targets doctor lock wheel clean

help:
	@echo "make demo         compare models and leave a page to read (LIVE=1: with the credentials you have)"
	@echo "make lab          open the quickstart in JupyterLab"
	@echo "make test         lint, types and every test"
	@echo "make js           build what the browser loads (make watch: again at every change)"
	@echo "make bench        speed beside the SDKs, LiteLLM and evalica (build/bench.json)"
	@echo "make test-browser every test in a real browser (a handful of them are in make test; screenshots in build/screens)"
	@echo "make bench-view   how quick the view is (build/bench-view.json)"
	@echo "make bench-routing  what learned rules get on real outcomes (DATA=folder; build/bench-routing.json)"
	@echo "make test-engine  real streamed tokens from llama.cpp's llama-server (builds it: minutes)"
	@echo "make test-targets  exported files in the tools too heavy for make test: each in its own environment"
	@echo "make fuzz         damaged policy and config files, 10,000 of each kind (EXAMPLES=n)"
	@echo "make lock         resolve the locked requirements anew"

# ---- set-up ---------------------------------------------------------------------------------------------------------

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "routebook needs Python 3.11 or newer: install it, then run make again."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing: install it (Debian: apt-get install python3-venv)."; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(LITELLM)/.ready: requirements/litellm.txt
	@$(PYTHON) -m venv $(LITELLM)
	$(LITELLM)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/litellm.txt
	@touch $@

$(ENGINE)/.ready: requirements/engine.txt requirements/llama-server.txt tests/engine_real/build.py tests/engine_real/make_gguf.py
	@$(PYTHON) -m venv $(ENGINE)
	$(ENGINE)/bin/python -m pip install --quiet --require-hashes -r requirements/engine.txt
	$(ENGINE)/bin/python tests/engine_real/build.py
	@touch $@

$(TENSORZERO)/.ready $(VLLM_SR)/.ready $(PLANO)/.ready: .venv-%/.ready: requirements/%.txt
	@$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

tests/targets/%/node_modules/.ready: tests/targets/%/package-lock.json
	@command -v npm >/dev/null || { echo "This test needs Node 20.20 or newer with npm: install it, then run make again."; exit 1; }
	cd tests/targets/$* && npm ci --silent --ignore-scripts
	@touch $@

js/node_modules/.ready: js/package-lock.json js/package.json
	@command -v npm >/dev/null || { echo "The tests need Node 20 or newer with npm: install it, then run make again."; exit 1; }
	cd js && npm ci --silent
	@touch $@

js/ui-tests/node_modules/.ready: js/ui-tests/package-lock.json js/ui-tests/package.json
	cd js/ui-tests && npm ci --silent
	@touch $@

js: $(LABEXTENSION)/package.json $(INSTALLED)

$(LABEXTENSION)/package.json: $(JS) js/node_modules/.ready | $(VENV)/.ready
	rm -rf js/lib $(STATIC) $(LABEXTENSION)
	$(NPM_RUN) build
	@touch $@

# A link is never stale.
$(INSTALLED): | $(VENV)/.ready
	@mkdir -p $(dir $@)
	@ln -sfn $(CURDIR)/$(LABEXTENSION) $@

# ---- what a user runs -----------------------------------------------------------------------------------------------

demo: $(VENV)/.ready
	$(BIN)/python notebooks/demo.py $(if $(LIVE),--live)

lab: js
	$(BIN)/jupyter lab notebooks/00-quickstart.ipynb

watch: js
	$(NPM_RUN) watch

doctor: $(VENV)/.ready
	$(BIN)/routebook doctor

# ---- proofs ---------------------------------------------------------------------------------------------------------

test: lint types unit smoke

lint: $(VENV)/.ready js/node_modules/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NPM_RUN) lint

types: $(VENV)/.ready js/node_modules/.ready js/ui-tests/node_modules/.ready
	$(BIN)/mypy
	$(NPM_RUN) types
	cd js/ui-tests && npm run --silent types

unit: $(LITELLM)/.ready js
	$(NPM_RUN) test
	$(BIN)/pytest $(ARGS)

browser: js js/ui-tests/node_modules/.ready
	@test -x "$(CHROMIUM_PATH)" || { echo "The browser tests need Chromium: install it (Debian: apt-get install chromium), or say where it is with CHROMIUM_PATH."; exit 1; }

smoke: browser
	$(PLAYWRIGHT) --grep @smoke $(ARGS_BROWSER)

test-browser: browser
	$(PLAYWRIGHT) --project=view --project=static --project=jupyter $(ARGS_BROWSER)

bench-view: browser
	$(PLAYWRIGHT) --project=bench

# The same tests as in `make test`, with far more damaged files.
fuzz: $(VENV)/.ready
	ROUTEBOOK_FUZZ=$(or $(EXAMPLES),10000) $(BIN)/pytest tests/targets/test_hostile_configs.py -k "damaged or any_value" $(ARGS)

bench: $(VENV)/.ready $(LITELLM)/.ready
	$(BIN)/python -m tests.benchmarks

bench-routing: $(VENV)/.ready
	$(BIN)/python -m tests.benchmarks.routing $(DATA)

test-engine: $(VENV)/.ready $(ENGINE)/.ready
	$(BIN)/pytest -m engine tests/engine_real $(ARGS)

test-targets: $(VENV)/.ready $(TENSORZERO)/.ready $(VLLM_SR)/.ready $(PLANO)/.ready $(PROMPTFOO)/.ready $(PORTKEY)/.ready
	$(BIN)/pytest -m targets tests/targets $(ARGS)

# ---- upkeep ---------------------------------------------------------------------------------------------------------

lock:
	@command -v uv >/dev/null || { echo "Locking needs uv: pip install uv"; exit 1; }
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade -q -o requirements/dev.txt
	uv pip compile requirements/litellm.in --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade -q -o requirements/litellm.txt
	uv pip compile requirements/engine.in --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --upgrade -q -o requirements/engine.txt
	for tool in tensorzero vllm-sr plano; do uv pip compile requirements/$$tool.in --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --upgrade -q -o requirements/$$tool.txt; done
	cd js && npm update --package-lock-only
	cd js/ui-tests && npm update --package-lock-only
	cd tests/targets/promptfoo && npm update --package-lock-only
	cd tests/targets/portkey && npm update --package-lock-only

wheel: $(VENV)/.ready js/node_modules/.ready
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf $(VENV) $(LITELLM) $(ENGINE) $(TENSORZERO) $(VLLM_SR) $(PLANO) $(PROMPTFOO) $(PORTKEY) js/node_modules js/ui-tests/node_modules js/lib $(STATIC) $(LABEXTENSION) build dist
