# Two commands for a new user: `make demo` and `make test`. Both make their own environment.
PYTHON ?= python3
BIN := .venv/bin
# Twice as many processes as cores, since many tests wait for other processes.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
PARALLEL := -n $(WORKERS) --dist worksteal
DEMO := THIMBLE_HOME=$(CURDIR)/.demo $(BIN)/thimble

.PHONY: demo test matrix faults lint format man bench train docs lock sbom audit clean

demo: .venv/installed
	@rm -rf .demo
	@$(DEMO) add samples --name samples
	@if [ -t 0 ] && [ -t 1 ]; then $(DEMO); else \
	  echo; echo '$$ thimble search "my waterproof clothing is soaking up water"'; echo; \
	  $(DEMO) search -n 3 "my waterproof clothing is soaking up water"; fi

test: lint
	$(BIN)/pytest $(PARALLEL)

# The tests on every Python of pyproject.toml that is installed.
matrix: .venv/installed-dev
	$(BIN)/nox -- $(PARALLEL)

# The long tier of faults: damage, kills, power loss, failing disks; docs/reliability.md lists them.
faults: .venv/installed-dev
	$(BIN)/pytest -m faults $(PARALLEL)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Writes the man page from the command line; a test fails when they differ.
man: .venv/installed-dev
	$(BIN)/python -m app.cli.manpage > docs/thimble.1

bench: .venv/installed-dev
	$(BIN)/python -m bench $(BENCH)

# Trains the built-in models; training/README.md says what TRAIN must name.
train: .venv/installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --editable '.[train]'
	$(BIN)/python -m training $(TRAIN)

# The documentation as a site: build/docs/site/index.html
docs: .venv/installed-dev
	$(BIN)/python -m docs.site

# Writes the exact versions that the environments get; run it after changing a dependency.
# requirements.lock is what the program needs, requirements-build.lock what installs a checkout.
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-header --no-emit-index-url --generate-hashes \
  --no-emit-find-links --no-emit-trusted-host --no-annotate --allow-unsafe
lock: .venv/installed-dev
	$(BIN)/pip install --quiet pip-tools
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --only-build-deps --all-build-deps --output-file requirements-build.lock pyproject.toml
	$(COMPILE) --extra dev --extra docs --all-build-deps --output-file requirements-dev.lock pyproject.toml

# A bill of materials (CycloneDX) of what an installation gets: build/sbom.json
sbom: .venv/installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check cyclonedx-bom
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
	  --output-file build/sbom.json requirements.lock

# Known vulnerabilities of what is locked; needs a network.
audit: .venv/installed-dev
	$(BIN)/pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements-dev.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'thimble needs Python 3.11 or newer; name one: make PYTHON=python3.12 …' >&2; exit 1; }
	$(PYTHON) -m venv .venv

PIP := $(BIN)/pip install --quiet --disable-pip-version-check
.venv/installed: .venv/bin/python requirements.lock requirements-build.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/bin/python requirements-dev.lock pyproject.toml
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/installed

clean:
	rm -rf .venv .nox .demo build dist bench/out training/out .mypy_cache .ruff_cache .pytest_cache .hypothesis
