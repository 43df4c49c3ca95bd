# Two commands matter: `make run` and `make test`. CARGO_TARGET_DIR is respected.

.PHONY: help run test bench bench-peers bench-growth bench-search needs fmt

help:
	@echo "make run     serve the demo county at http://127.0.0.1:8080, filling ./data first if it is empty"
	@echo "make test    all checks and tests, on SQLite and PostgreSQL; installs what they need if missing"
	@echo "make bench   the benchmarks, each figure beside the raw limit of the engine"
	@echo "make bench-peers    the same, beside UmaDB and PostGraphile in the same run; installs them into target/bench"
	@echo "make bench-growth   how speed, memory and disk change as the county grows tenfold"
	@echo "make bench-search   how well and how fast similar inquiries are found"
	@echo "make fmt     format the code"

run:
	@scripts/run-demo

test: needs
	@scripts/test

bench: needs
	@scripts/bench

bench-peers: needs
	@scripts/bench --peers

bench-growth: needs
	@BENCH_PROGRAM=growth scripts/bench

bench-search: needs
	@scripts/bench-search

needs:
	@scripts/install-test-needs

fmt:
	@cargo fmt --all
