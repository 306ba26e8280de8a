# make demo | test | ui | check: each sets up what it needs first. Variables:
#   PYTHON       interpreter that makes the virtual environment (3.11 or newer)
#   VENV         its folder
#   TORCH_INDEX  another package index for torch, e.g. one with CPU builds; empty: what pip finds
PYTHON ?= python3
VENV ?= .venv
TORCH_INDEX ?=
TORCH = torch==2.13.0
BIN = $(VENV)/bin
STAMP = $(VENV)/.seedline-installed
DISTRIBUTION = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup bubblewrap demo test ui check clean

help:
	@sed -n '1,5p' Makefile

setup: $(STAMP) bubblewrap

$(STAMP): pyproject.toml Makefile
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "seedline needs Python 3.11 or newer; set PYTHON to one")'
	$(PYTHON) -m venv $(VENV)
	$(DISTRIBUTION) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(DISTRIBUTION) --constraint constraints.txt --editable '.[train,embed,dev]'
	@touch $(STAMP)

bubblewrap:
	@command -v bwrap >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -qq && apt-get install -y -qq bubblewrap >/dev/null; \
	  else \
	    echo "seedline needs bubblewrap to run generated code in isolation: apt-get install bubblewrap (as root)" >&2; exit 1; \
	  fi; }

demo: setup
	$(BIN)/seedline demo

test: setup
	$(BIN)/python -m pytest

ui: setup
	$(BIN)/seedline ui

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

clean:
	rm -rf .seedline
