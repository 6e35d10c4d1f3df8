# `make run` and `make test` are the whole set-up: they create .venv from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run check test soak lint fmt docs bench demo lock clean

run: $(STAMP)
	@$(BIN)/toehold run

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Toehold needs Python 3.11 or newer. Try: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 2; }
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

test: $(STAMP)
	$(BIN)/pytest

soak: $(STAMP)
	$(BIN)/python -m tests.drills.streak_model.soak --lives 1000000
	$(BIN)/python -m tests.soak all

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

fmt: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP)
	$(BIN)/python -m tests.kit.gallery
	$(BIN)/python -m tests.kit.screenshot

bench: $(STAMP)
	$(BIN)/python -m benchmarks

demo: $(STAMP)
	@$(BIN)/toehold demo

lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --group dev pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --group build pyproject.toml -c requirements.lock -o deploy/requirements.lock

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist
