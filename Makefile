# The four commands of daily life: up, test, check, bench.
PYTHON ?= python3
