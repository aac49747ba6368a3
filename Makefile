# Two commands for a fresh machine with Python, pip and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
DEMO := .venv-demo
# What a virtual environment was made from; when none of it changed, making it again takes no time.
MADE_FROM := pyproject.toml constraints.txt
PACKAGE := $(shell find src recipes -type f -not -name '*.pyc') README.md

.DEFAULT_GOAL := help
.PHONY: help demo test check format browser clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(DEMO)/.made ## find faces in two sample photos, or in yours: make demo PHOTOS=path
	$(DEMO)/bin/python examples/demo.py $(if $(PHOTOS),"$(PHOTOS)")

test: $(VENV)/.made ## run the tests: make test, or make test ARGS="-k boxes"
	$(VENV)/bin/python -m pytest $(ARGS)

check: $(VENV)/.made ## lint, format, types and import contracts
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.made ## put the code into its format
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

browser: ## let the page of facewright serve find faces in the browser itself (needs npm, once)
	$(PYTHON) tools/onnxruntime_web.py

clean: ## remove the virtual environments, what the demo wrote, and caches
	rm -rf $(VENV) $(DEMO) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis

# The base package as a user gets it, and beside it only the libraries that carry the sample photos.
$(DEMO)/.made: $(MADE_FROM) $(PACKAGE)
	$(PYTHON) -m venv --clear $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet -c constraints.txt . matplotlib scikit-image
	touch $@

# torch first and alone: whatever else is installed then has to fit it. torchvision must never come along.
$(VENV)/.made: $(MADE_FROM)
	$(PYTHON) -m venv --clear $(VENV)
	$(VENV)/bin/python -m pip install --quiet -c constraints.txt torch==2.13.0
	$(VENV)/bin/python -m pip install --quiet -c constraints.txt -e '.[train,dev,supervision,heic,video,serve,parquet,ray]'
	@! $(VENV)/bin/python -m pip show --quiet torchvision 2>/dev/null || \
		{ echo "torchvision was installed; facewright must do without it"; exit 1; }
	touch $@
