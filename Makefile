# Everything runs in .venv, made once from constraints.txt; only Python >= 3.11, git and make are needed.
#   make demo    deliver the same ticket twice, honestly and misread, and compare
#   make test    lint, types, import contract and the test suite
#   make bench   the cost of the sandbox and the probe against a bare trainer
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := train,report,ops,agents,serve,inspect,certify,scale,rl,offline,browser,dev
# Spinning OpenMP threads starve each other on shared cores.
export OMP_WAIT_POLICY := PASSIVE
export TOKENIZERS_PARALLELISM := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# A new key, so a new installation, whenever dependencies or their pins change.
KEY := $(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
STAMP := $(VENV)/installed-$(KEY)

.PHONY: demo test test-slow lint bench clean

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...")'
	@echo "Installing into $(VENV) (once, about a minute on a quick network) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq -c constraints.txt -e '.[$(EXTRAS)]'
	@rm -f $(VENV)/installed-*
	@touch $@

demo: $(STAMP)
	@$(BIN)/fde demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_import_contract.py

test: lint
	$(BIN)/python -m pytest -m "not slow" --ignore tests/test_import_contract.py

test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow --timeout 3600

bench: $(STAMP)
	$(BIN)/python containers/bench_training.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
