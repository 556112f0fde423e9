export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Each of many processes would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: run services test plan test-unit test-long check format bench web lock clean

run:     ## Herenow with recorded and simulated vehicles, at http://127.0.0.1:8000
	@scripts/setup run
	@herenow run --demo

services: ## RabbitMQ and Cassandra as several processes share them, on their usual ports; data in data/services
	@scripts/services

test: plan check     ## everything: types and style, then unit, integration and acceptance tests of server and client
	@npm --prefix web run --silent test
	@npm --prefix web run --silent budget
	@python -m tests.suite

plan:
	@python3 -m tests.suite --plan

test-unit: ## what needs no server and no browser
	@scripts/setup test
	@python -m pytest -n auto --dist=loadfile tests/unit

test-long: ## what repeats, in its full dose; RabbitMQ 4; both commands on a bare Debian 12 and 13 (as root): once a day
	@scripts/setup test
	@python -m tests.suite --long
	@scripts/rabbitmq4
	@scripts/bare

check:   ## types, style and prose
	@scripts/setup test
	@ruff check . && ruff format --check . && mypy
	@scripts/prose
	@npm --prefix web run --silent check

format:  ## lay out all code
	@scripts/setup test
	@ruff check --fix . && ruff format . && npm --prefix web run --silent format

bench:   ## every benchmark, one after the other; prints Markdown
	@scripts/setup run && scripts/services install
	@for question in benchmarks/[a-z]*.py; do grep -q __main__ $$question && python -m benchmarks.$$(basename $$question .py); done

web:     ## the web client from source at http://localhost:5173, against a server on port 8000
	@scripts/setup run
	@npm --prefix web run dev

lock:    ## requirements/*.txt from pyproject.toml
	@scripts/lock

clean:   ## what was made here, but never data/
	rm -rf .venv .services web/node_modules src/herenow/web .mypy_cache .ruff_cache .pytest_cache .hypothesis
