.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

SERVING := $(VENV)/.serving
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
# Podman and buildah leave the health check out of an image of their own format.
BUILDER = $(or \
	$(if $(shell command -v docker),docker build), \
	$(if $(shell command -v podman),podman build --format docker), \
	$(if $(shell command -v buildah),buildah build --format docker), \
	$(error no docker, podman or buildah here: install one of them))

.PHONY: help demo image elasticsearch elasticsearch-stop test programs kustomize test-unit load check docs lock demo-bundle dashboards format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(SERVING) ## set up what serving needs, draw a shop and serve it on 127.0.0.1:8000; ENGINE=elasticsearch for that engine
	$(BIN)/kitsune demo $(if $(ENGINE),--engine $(ENGINE))

image: ## build the image that serves, by docker, podman or buildah; TARGET=train for the one that trains
	$(BUILDER) --target $(or $(TARGET),serve) --tag $(if $(filter train,$(TARGET)),kitsune-train,kitsune):$(VERSION) .

elasticsearch: $(INSTALLED) ## fetch Elasticsearch, start it on 127.0.0.1:9200 and wait until it is healthy
	$(BIN)/python -m tests.elasticsearch start

elasticsearch-stop: $(INSTALLED) ## stop it; its data stays
	$(BIN)/python -m tests.elasticsearch stop

test: $(INSTALLED) programs kustomize ## set everything up and run every test
	$(BIN)/python -m pytest

# $(call installed,PROGRAMS,PACKAGES,TESTS): Debian's packages where none of the programs is there and they can be had;
# elsewhere the tests say what they skip, and CI fails. RUNLEVEL=1: servers are installed, not started.
define installed
	@command -v $(1) >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $(2); \
	} || echo "No $(firstword $(1)) here: $(3) will be skipped. Install the packages $(2) to run them."
endef

programs:
	$(call installed,chromium chromium-browser google-chrome,chromium fonts-liberation,the browser tests)
	$(call installed,prometheus-alertmanager,prometheus prometheus-alertmanager,the tests of boards and alerts)
	$(call installed,prometheus-elasticsearch-exporter,prometheus-elasticsearch-exporter,the tests of its board)
	$(call installed,npm,npm,the tests by Grafana's types)

# What renders the manifests; where neither is to be had, their tests say what they skip, and CI fails.
kustomize: $(INSTALLED)
	@command -v kubectl kustomize $(BIN)/kustomize >/dev/null || \
		GOBIN=$(abspath $(BIN)) go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1 || \
		echo "No kubectl, kustomize or Go here: the tests of kubernetes/ will be skipped."

test-unit: $(INSTALLED) ## the tests without training and serving: under a minute
	$(BIN)/python -m pytest -m "not slow" tests/unit tests/contract

load: $(INSTALLED) ## load the drawn shop for a minute and hold it against thresholds; URL=http://... for a service that runs
	$(BIN)/python -m load_tests $(URL)

check: $(INSTALLED) ## what CI runs beside the tests: ruff, mypy, import-linter, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

docs: $(INSTALLED) ## serve the documentation on 127.0.0.1:8001
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8001

format: $(INSTALLED) ## let ruff format and fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(INSTALLED) ## resolve requirements/*.lock anew from pyproject.toml
	$(BIN)/python -m tests.repo.locks

demo-bundle: $(INSTALLED) ## train the bundle of the drawn shop anew, by the ordinary commands
	rm -rf kitsune-demo
	$(BIN)/python -c "from pathlib import Path; from service.demo import draw_catalogue; draw_catalogue(Path('kitsune-demo/catalogue'), lambda *_: None)"
	$(BIN)/kitsune build --profile kitsune-demo/catalogue/profile.toml --data kitsune-demo/catalogue --home kitsune-demo --backbone small
	rm -rf service/demo/bundle
	cp -r kitsune-demo/bundles/* service/demo/bundle

dashboards: $(INSTALLED) ## write the boards, the rules and the alerts anew, out of dashboards/*.py
	$(BIN)/python -m dashboards

clean: ## remove the virtual environment and what the tools left
	rm -rf $(VENV) dist site .mypy_cache .ruff_cache .pytest_cache

# The lock files carry hashes; the project itself is installed as it lies here.
$(INSTALLED): requirements/dev.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(SERVING): requirements/serve.lock pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	test -e $(INSTALLED) || $(BIN)/python -m pip install --quiet --require-hashes -r requirements/serve.lock
	test -e $(INSTALLED) || $(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
