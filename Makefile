# make demo   sets up .venv, makes the sample project and runs the planning chain on it
# make test   sets up .venv with the test tools and runs the tests (make test-all: the slow ones too)
# make test-lowest    runs the fast tests with the lowest versions of the dependencies that pyproject.toml allows
# make test-pythons   runs them with each Python from 3.11 to 3.13 that is installed
# make lab    opens JupyterLab on the notebooks
# make serve  publishes the boards of the sample project, read-only
# make bench  measures ours against its peers and writes the table into docs/performance.md
# make fuzz   tries every reader of files with damaged and mistaken inputs (READERS="drops market" COUNT=2000)
# make docs   builds the documentation into build/docs, offline, with every warning an error

PYTHON ?= python3
VENV ?= .venv
# One more than the two processors of CI: tests that wait for a process leave theirs idle.
WORKERS ?= 3
BIN := $(VENV)/bin
# The lowest versions have wheels for the lowest Python only.
LOWEST_PYTHON ?= python3.11
LOWEST := .venv-lowest/bin
PYTHONS ?= 3.11 3.12 3.13
TESTS ?=
READERS ?=
COUNT ?= 2000
# Hundreds of processes import the same modules: what the first has compiled, the others read.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo lab serve test test-all test-lowest test-pythons fuzz bench docs lint clean

demo: $(VENV)/.installed
	$(BIN)/workbench demo --folder sample-project

lab: $(VENV)/.installed
	$(BIN)/workbench lab

serve: $(VENV)/.installed
	$(BIN)/workbench serve --project sample-project

test: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(TESTS)

test-lowest: .venv-lowest/.installed
	$(LOWEST)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(TESTS)

test-pythons:
	@for version in $(PYTHONS); do \
	    python=$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python 2>/dev/null | tail -n 1); \
	    python=$${python:-$$(command -v python$$version)}; \
	    if [ -z "$$python" ]; then echo "Python $$version is not installed: nothing was tested with it"; continue; fi; \
	    echo "Python $$version: $$python"; \
	    $(MAKE) --no-print-directory test PYTHON="$$python" VENV=".venv-$$version" || exit 1; \
	done

test-all: $(VENV)/.installed-for-tests
	$(BIN)/python -m pytest -m "not benchmark"

fuzz: $(VENV)/.installed-for-tests
	$(BIN)/python -m tests.fuzz --count $(COUNT) $(READERS)

bench: $(VENV)/.installed-for-tests
	WORKBENCH_BENCHMARK_TABLE=docs/performance.md $(BIN)/python -m pytest tests/benchmarks -m benchmark

docs: $(VENV)/.installed-for-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html docs build/docs

lint: $(VENV)/.installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell workbench tests notebooks docs README.md CONTRIBUTING.md CHANGELOG.md
	$(BIN)/lint-imports
	$(BIN)/deptry .

clean:
	rm -rf $(VENV) .venv-lowest $(PYTHONS:%=.venv-%) sample-project build dist

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

# First the dependencies at their lowest, then the test tools at their newest beside them.
.venv-lowest/.installed: pyproject.toml
	$(LOWEST_PYTHON) -m venv .venv-lowest
	$(LOWEST)/python -m pip install --quiet --disable-pip-version-check uv
	$(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --resolution lowest-direct --editable ".[dask]"
	$(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --editable ".[test]"
	$(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --no-deps "pyet>=1.5"
	touch $@
