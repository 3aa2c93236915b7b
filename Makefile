# Everything happens inside this clone: a virtual environment in .venv, node modules in infra/node_modules.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
READY := $(VENV)/.ready
# The CDK's library tells at length that it would like a newer Node; the pinned versions are tried with this one.
CDK := JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 infra/node_modules/.bin/cdk

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format types contracts unit rules openapi mutants bench bench-api stage-up stage-down synth deploy bootstrap destroy lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): tests/requirements.txt pyproject.toml infra/package-lock.json
	@echo "Preparing the virtual environment and the CDK command line (first time only) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@grep -A40 '^uv==' tests/requirements.txt | awk 'NR==1 || /--hash/ {print; next} {exit}' > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r tests/requirements.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@cd infra && npm ci --silent --no-audit --no-fund
	@touch $@

demo: $(READY) ## the whole story on this machine: two apps become one
	@$(BIN)/python -m infra.demo $(ARGS)

test: $(READY) lint types contracts unit ## what CI runs first: everything that is fast

test-all: $(READY) ## adds what is slow
	@$(BIN)/pytest -m slow -n $(JOBS) --dist loadgroup

lint: $(READY) ## style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY) ## mend style and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(READY) ## strict types
	@$(BIN)/mypy

contracts: $(READY) ## who may import whom
	@PYTHONPATH=functions:. $(BIN)/lint-imports

unit: $(READY) ## the fast tests, the stage's among them
	@$(BIN)/pytest -m "not slow" -n $(JOBS) --dist loadgroup

rules: $(READY) ## write docs/rule-tests.md, which says what proves each rule
	@PYTHONPATH=functions:. $(BIN)/python -m tests.rules.page

openapi: $(READY) ## write docs/openapi.json and docs/syncs.schema.json, which describe the API and its documents
	@PYTHONPATH=functions:. $(BIN)/python -m hubsync.api.contract.document > docs/openapi.json
	@PYTHONPATH=functions:. $(BIN)/python -m hubsync.api.contract.schema > docs/syncs.schema.json

mutants: $(READY) ## switch each rule off, and see its tests notice
	@PYTHONPATH=functions:. $(BIN)/python -m tests.rules.kill $(ARGS)

bench: $(READY) ## what a decision, a saved sync and an export cost
	@PYTHONPATH=functions:. $(BIN)/python -m tests.benchmarks

bench-api: $(READY) ## how long the API takes on a stage with ten thousand records
	@PYTHONPATH=functions:. $(BIN)/python -m tests.benchmarks.answering

stage-up: $(READY) ## emulator, simulators and stack, in the background
	@$(BIN)/hubsync stage up --detach

stage-down: $(READY) ## stop what stage-up started
	@$(BIN)/hubsync stage down

synth: $(READY) ## the CloudFormation template, in cdk.out
	@$(CDK) synth -q $(ARGS)

deploy: $(READY) ## put the stack on the AWS account of your credentials (once before: make bootstrap)
	@$(CDK) deploy $(ARGS)

bootstrap: $(READY) ## prepare the AWS account of your credentials for deployments
	@$(CDK) bootstrap

destroy: $(READY) ## take the stack away; tables, key and logs are kept
	@$(CDK) destroy $(ARGS)

lock: $(READY) ## pin the dependencies anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 -q --no-header --no-annotate -o functions/requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --extra infra --extra dev --generate-hashes --universal --python-version 3.11 -q --no-header --no-annotate --prerelease if-necessary-or-explicit -o tests/requirements.txt

clean: ## remove what was made here
	rm -rf $(VENV) infra/node_modules cdk.out .hypothesis .pytest_cache .mypy_cache .ruff_cache
