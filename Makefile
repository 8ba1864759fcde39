# Every target sets up what it needs, and nothing the second time. `make help` lists them.

PYTHON ?= python3
PORT ?= 8080
UV = 0.13.9
BIN = .venv/bin
TRAIN = .venv-train/bin
MODEL = classifiers/models/sahel-e5
COMPILE = $(BIN)/uv pip compile pyproject.toml -q --universal --generate-hashes --python-version 3.11
# Debian packages beyond make: what each target needs before pip can help.
DEBIAN_setup = python3-venv
DEBIAN_test = chromium

.DEFAULT_GOAL := help
.PHONY: help run serve test check bench setup lock train test-train

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 14

run: setup ## the watch once over the sample sources, through Airflow: ends with a bulletin
	@$(BIN)/python -m veille.launch run

serve: setup ## Airflow for good, over config/sources.toml: a bulletin every morning (PORT=8080)
	@set -a; [ ! -f .env ] || . ./.env; set +a; exec $(BIN)/python -m veille.launch serve --port $(PORT)

test: setup ## all tests, on loopback only
	@sh .ci/debian $(DEBIAN_test)
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

check: setup ## lint, types, imports, spelling, lock in step
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/python .ci/lock.py
	@[ ! -d notebooks ] || find notebooks -name '*.ipynb' -exec $(BIN)/nbstripout --verify {} +

bench: setup ## speed and memory, each against a named alternative
	@for bench in bench/*.py; do echo "$$bench"; $(BIN)/python $$bench || exit 1; done

train: .venv-train/.installed ## train the bundled model again (TEXTS=folder of running text; hours)
	OMP_WAIT_POLICY=PASSIVE $(TRAIN)/veille train $(MODEL) $(if $(TEXTS),--texts $(TEXTS))

test-train: .venv-train/.installed ## train a very small model for real, and read with it
	OMP_WAIT_POLICY=PASSIVE $(TRAIN)/python -m pytest -q tests/test_training.py tests/train

lock: setup ## choose the newest versions that pyproject.toml allows
	$(COMPILE) --extra test --extra check --extra bench --upgrade -o requirements.lock
	$(COMPILE) --extra train --constraints requirements.lock --upgrade -o requirements-train.lock

setup: .venv/.installed ## .venv with what requirements.lock pins

.venv/.installed: requirements.lock pyproject.toml | $(BIN)/uv
	@$(BIN)/uv pip sync -q --offline --require-hashes requirements.lock 2>/dev/null || \
	$(BIN)/uv pip sync -q --require-hashes requirements.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# torch alone is 2.9 GB, so that only those who train wait for it.
.venv-train/.installed: requirements-train.lock | .venv/.installed
	@[ -x $(TRAIN)/python ] || $(BIN)/uv venv -q --python $(BIN)/python .venv-train
	@VIRTUAL_ENV=.venv-train $(BIN)/uv pip sync -q --offline --require-hashes requirements-train.lock 2>/dev/null || \
	VIRTUAL_ENV=.venv-train $(BIN)/uv pip sync -q --require-hashes requirements-train.lock
	VIRTUAL_ENV=.venv-train $(BIN)/uv pip install -q --no-deps -e .
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed: make PYTHON=python3.12 …' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh .ci/debian $(DEBIAN_setup)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q uv==$(UV)
