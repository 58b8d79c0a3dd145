# make demo   sets up .venv, makes the sample project and runs the planning chain on it
# make test   sets up .venv with the test tools and runs the tests (make test-all: the slow ones too)
# make lab    opens JupyterLab on the notebooks
# make serve  publishes the boards of the sample project, read-only
# make bench  measures ours beside its peers and writes the table into docs/performance.md
# make docs   builds the documentation into build/docs, offline, with every warning an error

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin

.PHONY: demo lab serve test test-all bench docs lint clean

demo: $(VENV)/.installed
	$(BIN)/workbench demo --folder sample-project

lab: $(VENV)/.installed
	$(BIN)/workbench lab

serve: $(VENV)/.installed
	$(BIN)/workbench serve --project sample-project

test: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

test-all: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest -m "not benchmark"

bench: $(VENV)/.installed-for-tests
	WORKBENCH_BENCHMARK_TABLE=docs/performance.md $(BIN)/python -m pytest tests/benchmarks -m benchmark

docs: $(VENV)/.installed-for-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html docs build/docs

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell workbench tests notebooks README.md CHANGELOG.md
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) sample-project build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-for-tests: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	# A peer for comparisons; its cap on pandas would take everything else years back.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "pyet>=1.5"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-for-docs: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[docs]"
	touch $@
