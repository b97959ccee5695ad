# Whatever Python the caller's shell is set up for is not the one that is used here, and keeps what it compiles
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE

# Twice as many as processors: half of the time is waiting. Which process runs what: tests/support/scheduling.py
PARALLEL = -n 4 --no-loadscope-reorder --slowest=50

.PHONY: help run test test-release check figures bench show show-console show-hosts show-upgrade show-debian-upgrade chaos fresh deb apt-repository clean lock

help:
	@echo "make run    prepare this checkout, then run a cluster from .zato/ in the foreground; Ctrl-C ends it"
	@echo "make test   prepare this checkout for tests and run them all"
	@echo "make test-release SUITE=bookworm|trixie  the tests but those that boot hosts, in a fresh root of that Debian release"
	@echo "            (needs root); TESTS='tests/edge -x' for other arguments of pytest"
	@echo "make check  linters, types, layers, then all tests"
	@echo "make figures  how large the files of the product are, how they are named, and whether imports go in a circle"
	@echo "make bench  speed and memory, as ratios measured in turn; what the chain is compared with is installed in build/peers"
	@echo "make show   what is promised of starts, deployments and failures, in full, each with its figure and bar"
	@echo "make show-console  what is promised of the web console, in full, each with its figure; screenshots in build/screens"
	@echo "make show-hosts  what is promised of an appliance, in full, each with its figure (needs root)"
	@echo "make show-upgrade FROM=revision  from that revision's packages to today's and back, under load (needs root)"
	@echo "make show-debian-upgrade  a cluster of two machines from Debian 12 to 13, under load (needs root)"
	@echo "make chaos  faults on a cluster of five hosts under load: what was lost, doubled, refused (needs root);"
	@echo "            SCENARIO=name for one of them, SEED=n to repeat a run"
	@echo "make fresh  make run on a fresh Debian 12 and a fresh Debian 13, each in a directory of its own: how long both"
	@echo "            starts take (needs root); SUITE=trixie for one of them"
	@echo "make deb    build the packages for Debian 12 and 13 into build/deb/bookworm and build/deb/trixie (needs root);"
	@echo "            SUITE=trixie for one of them"
	@echo "make apt-repository KEY=name  an apt repository of them in build/apt, signed with that key of gpg's (needs root)"
	@echo "make lock   renew requirements/*.lock from requirements/*.in"
	@echo "make clean  remove what the above made, but for the state of the cluster in .zato/ and what all checkouts share"
	@echo "            in ~/.cache/zato"

run:
	@tools/prepare run
	@exec .venv/bin/zato quickstart start "$${ZATO_HOME:-.zato}" --create --examples examples

test:
	@tools/prepare develop
	.venv/bin/python -m pytest -q $(PARALLEL)

test-release:
	/usr/bin/python3 tools/test_release.py "$(SUITE)" "$(TESTS)"

check:
	@tools/prepare develop
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m pytest -q $(PARALLEL)

figures:
	@tools/prepare develop
	@.venv/bin/python tools/figures.py

bench:
	@tools/prepare bench
	.venv/bin/python -m benchmarks

show:
	@tools/prepare develop
	.venv/bin/python -m benchmarks.show

show-console:
	@tools/prepare develop
	.venv/bin/python -m benchmarks.show_console

show-hosts:
	@tools/prepare develop
	ZATO_IN_FULL=1 .venv/bin/python -m pytest -q -s tests/hosts
	.venv/bin/python -m benchmarks.show_hosts

show-upgrade:
	@tools/prepare develop
	.venv/bin/python -m benchmarks.show_upgrade $(FROM)

show-debian-upgrade:
	@tools/prepare develop
	.venv/bin/python -m benchmarks.show_debian_upgrade

chaos:
	@tools/prepare develop
	.venv/bin/python -m benchmarks.chaos $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(SEED),--seed $(SEED)) \
	    $(if $(SCALE),--scale $(SCALE))

fresh:
	/usr/bin/python3 tools/fresh_host.py $(or $(SUITE),bookworm trixie)

deb:
	@tools/prepare develop
	@/usr/bin/python3 tools/deb.py build/deb $(or $(SUITE),bookworm trixie)

apt-repository:
	@tools/prepare develop
	/usr/bin/python3 tools/deb.py build/deb bookworm trixie
	/usr/bin/python3 tools/apt_repository.py build/apt build/deb "$(KEY)"

# One lock for both releases: what the older Python needs is all that the newer one does. A package is built only where
# its release finds everything in it (debian/rules)
lock:
	@tools/prepare develop
	@.venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] > (3, 11) and "zato: make lock is for Debian 12")'
	cd requirements && for name in product develop build peers; do \
	    ../.venv/bin/pip-compile -q --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o $$name.lock $$name.in; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache build
	find . -name __pycache__ -not -path './.zato/*' -prune -exec rm -rf {} +
