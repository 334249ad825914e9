# `make demo` and `make test` set up .venv from nothing: packages by the hashes of the locked files, the build backend among
# them, then the project alone. pip compiles what it installs, but no project that it only links to.
PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check
PROJECT = $(PIP) --no-deps --no-build-isolation --editable . && .venv/bin/python -m compileall -q octoregistry providers

# Each process of the tests would compile every test anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo update test test-fast test-conformance test-browser example-report lint lies words replay bench lock clean

demo: .venv/installed
	@echo "What the pages that come with the package change in the registry of 2026-08-21, and where each price stands:"
	@.venv/bin/octoregistry update --dry-run --offline -p anthropic --registry examples/models-2026-08-21.yaml --report | sed '/^--- a/,$$d'
	@echo; echo "What a month of calls cost:"
	@.venv/bin/octoregistry cost examples/usage-2026-11.csv
	@echo; echo "What a workload costs, and what would be cheaper:"
	@.venv/bin/octoregistry estimate openai/gpt-5.6-sol --input 12000 --output 800 --requests 1000
	@echo; echo "The report: open $$(ls -t reports/2*.html | head -n 1) in a browser."

update: .venv/installed
	.venv/bin/octoregistry update --dry-run

test: .venv/installed-dev
	.venv/bin/python -m pytest --numprocesses auto --dist worksteal

# The inner loop: no browser, no server, no process.
test-fast: .venv/installed-dev
	.venv/bin/python -m pytest --numprocesses auto --dist worksteal -m 'not slow'

# The providers against servers that nobody here wrote; skipped, with the reason, where npm is absent.
test-conformance: .venv/installed-dev
	command -v npm >/dev/null && npm ci --prefix tests/conformance --no-audit --no-fund --silent || echo "npm is not there, or could not install"
	.venv/bin/python -m pytest tests/conformance

# Needs Debian's chromium; screenshots of what was tested are left in tests/browser/screenshots.
test-browser: .venv/installed-dev
	.venv/bin/python -m pytest tests/browser

# The report that is committed as an example, as it looked on the day after the newest page.
example-report: .venv/installed-dev
	.venv/bin/octoregistry report --registry examples/models-2026-08-21.yaml --usage examples/usage-2026-11.csv --day 2026-11-30 --name example-from-2026-08-21

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# Every lie that a language model may tell of a page: none may end in a price that is written unseen.
lies: .venv/installed-dev
	.venv/bin/python -m benchmarks.lies

# Each row of the vocabulary left out in turn: which of them does nothing notice?
words: .venv/installed-dev
	.venv/bin/python -m benchmarks.words

# The stored pages in order of date: what an update of each day applies and holds, and why.
replay: .venv/installed-dev
	.venv/bin/python -m benchmarks.replay

bench: .venv/installed-dev
	.venv/bin/python -m benchmarks

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml requirements.lock
	$(PIP) --require-hashes --requirement requirements.lock
	$(PROJECT)
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(PIP) --require-hashes --requirement requirements-dev.lock
	$(PROJECT)
	touch $@

# The versions that every set-up gets, and the hashes of their files; needs uv on the PATH.
LOCK = uv pip compile --no-strip-extras --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url
lock:
	$(LOCK) pyproject.toml --all-extras --upgrade -o constraints.txt
	printf 'hatchling\neditables\n' | $(LOCK) pyproject.toml - --extra service --extra forge --generate-hashes -c constraints.txt -o requirements.lock
	printf 'hatchling\neditables\n' | $(LOCK) pyproject.toml - --extra dev --generate-hashes -c constraints.txt -o requirements-dev.lock

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache
