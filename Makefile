# Everything happens in .venv inside the checkout. `make` alone lists the commands.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test check fix docs bench bench-full lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

# A stamp is made anew when the lock it was installed from changes. The test lock holds all of the run lock.
.venv/run.stamp: requirements.lock pyproject.toml
	@test -x $(BIN)/python || { echo "Making .venv ..."; $(PYTHON) -m venv .venv; }
	@echo "Installing the locked dependencies (about 650 MB once; one to three minutes) ..."
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/test.stamp: tests/requirements.lock tests/duckdb-1.4.lock tests/duckdb-1.5.lock tests/moto.lock .venv/run.stamp
	@echo "Installing the test tools ..."
	@$(PIP) install --require-hashes --no-deps -r tests/requirements.lock
	@$(PIP) install --require-hashes --no-deps --target .venv/duckdb-1.4 -r tests/duckdb-1.4.lock
	@$(PIP) install --require-hashes --no-deps --target .venv/duckdb-1.5 -r tests/duckdb-1.5.lock
	@$(PIP) install --require-hashes --no-deps --target .venv/moto -r tests/moto.lock
	@touch $@

# The peers of the benchmarks have an environment of their own: nothing of ours is to depend on what they bring.
.venv/peers.stamp: benchmarks/requirements.lock .venv/run.stamp
	@echo "Installing what the benchmarks compare with ..."
	@$(PYTHON) -m venv .venv/peers
	@.venv/peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r benchmarks/requirements.lock
	@touch $@

demo: .venv/run.stamp  ## the main job, end to end, on a small web of our own
	@$(BIN)/smewatch demo

test: .venv/test.stamp  ## ruff, mypy, import-linter, pytest
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -n 2

check: .venv/test.stamp  ## everything of `make test` but pytest
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: .venv/test.stamp  ## format, and mend what ruff can mend
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: .venv/test.stamp  ## write the data dictionary and the answered examples anew
	@$(BIN)/python -m tests.warehouse.written_docs

bench: .venv/peers.stamp  ## measure speed and memory on a small scale: minutes; tables in var/bench
	@$(BIN)/python benchmarks/bench.py

bench-full: .venv/peers.stamp  ## measure at full scale: hours; the tables of benchmarks/RESULTS.md
	@$(BIN)/python benchmarks/bench.py --full --to benchmarks

lock:  ## resolve pyproject.toml anew into the locks (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra build pyproject.toml -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra build --extra test -c requirements.lock pyproject.toml -o tests/requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --extra build --extra bench -c requirements.lock pyproject.toml -o benchmarks/requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --group object-store -o tests/moto.lock

clean:  ## remove the environment and everything a run made
	@rm -rf .venv var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
