# make chat    set up, index seeds/articles, open the chat on http://127.0.0.1:7860
# make test    set up, pass the tests

PYTHON ?= python3
# Linux without a GPU: TORCH_INDEX=https://download.pytorch.org/whl/cpu spares gigabytes of CUDA packages.
TORCH_INDEX ?=
PORT ?= 7860
CHROMIUM ?=

export TORCH_INDEX CHROMIUM

BIN := .venv/bin

.PHONY: chat install test test-long check fix bench lock wheel clean

chat: install
	@$(BIN)/pullquote index seeds/articles
	@$(BIN)/pullquote chat --port $(PORT)

install: .venv/ready

.venv/ready: requirements.lock pyproject.toml tools/setup.py
	@command -v $(PYTHON) >/dev/null || { echo "pullquote: $(PYTHON) is not installed; Python 3.11 or newer is needed." >&2; exit 1; }
	@$(PYTHON) tools/setup.py

test: install
	@browser=$$($(BIN)/python tools/browser.py) && CHROMIUM="$$browser" $(BIN)/python -m pytest -m "not long"

test-long: install
	@$(BIN)/python -m pytest -m long --timeout 3600

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fix: install
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install
	@$(BIN)/python benchmarks/run_latency.py

wheel: install
	@$(BIN)/python -m build --wheel --no-isolation

lock: install
	@$(BIN)/python -m pip freeze --all --exclude pip --exclude pullquote \
	  | sed 's/+cpu$$//' | grep -v -i -E '^(nvidia|triton|cuda)' > requirements.lock

clean:
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
