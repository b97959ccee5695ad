"""Which tests one process runs, and in which order the processes take them, so that all of them end together."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

SHARING = (
    "tests/admin/",
    "tests/agent/haproxy/",
    "tests/broker/",
    "tests/docs/",
    "tests/hosts/",
    "tests/odb/",
    "tests/connector/sql/",
    "tests/system/",
)
"""Directories whose files share hosts, a cluster, or database and message servers: one process runs them all."""
OWN = (
    "tests/admin/test_accessible.py",
    "tests/admin/test_crawl.py",
    "tests/hosts/test_debian_before.py",
    "tests/hosts/test_joining.py",
    "tests/hosts/test_packages.py",
    "tests/hosts/test_removal.py",
    "tests/hosts/test_upgrade.py",
    "tests/system/test_attacks.py",
    "tests/system/test_broken_disks.py",
    "tests/system/test_cli.py",
    "tests/system/test_cli_json.py",
    "tests/system/test_deployment.py",
    "tests/system/test_draining.py",
    "tests/system/test_moving.py",
    "tests/system/test_openapi.py",
    "tests/system/test_outage.py",
    "tests/system/test_packages.py",
    "tests/system/test_paths.py",
    "tests/system/test_poison.py",
    "tests/system/test_workers.py",
)
"""Files in these directories that use nothing of what is shared there, or take so long that another process starts a
cluster for them."""
TOGETHER = (
    ("tests/hosts/test_upgrade.py", "tests/hosts/test_removal.py"),
    (
        "tests/system/test_cli.py",
        "tests/system/test_cli_json.py",
        "tests/system/test_packages.py",
        "tests/system/test_paths.py",
    ),
)
"""Those of them that one process runs, so that it boots one host, or starts one cluster, for all."""
LONGEST = (
    "tests/hosts/",
    "tests/system/",
    "tests/hosts/test_joining.py",
    "tests/admin/",
    "tests/odb/",
    "tests/hosts/test_upgrade.py",
    "tests/hosts/test_debian_before.py",
    "tests/broker/",
    "tests/admin/test_accessible.py",
    "tests/admin/test_crawl.py",
    "tests/system/test_cli.py",
    "tests/docs/",
    "tests/hosts/test_packages.py",
    "tests/system/test_deployment.py",
    "tests/system/test_openapi.py",
    "tests/agent/haproxy/",
    "tests/quickstart/test_running.py",
    "tests/connector/sql/",
    "tests/system/test_outage.py",
    "tests/system/test_attacks.py",
    "tests/edge/test_failures.py",
    "tests/deployment/check/test_checker.py",
    "tests/quickstart/test_going_on.py",
    "tests/system/test_poison.py",
    "tests/agent/lighttpd/test_lighttpd_agent.py",
    "tests/system/test_draining.py",
    "tests/agent/lighttpd/test_listening.py",
    "tests/edge/test_source_limits.py",
    "tests/edge/test_basic_authentication.py",
    "tests/system/test_broken_disks.py",
    "tests/edge/test_agent.py",
    "tests/deployment/test_pipeline.py",
    "tests/system/test_workers.py",
)
"""What takes more than some twenty seconds, the longest first. What is missing here costs time only where it is the
last one to begin. What boots hosts of the release before begins while the packages of the other one are built."""


def scope_of(test: str) -> str:
    """What a test is run together with: the file that it is in, or the directory."""
    file = test.partition("::")[0]
    for files in TOGETHER:
        if file in files:
            return files[0]
    return next((place for place in SHARING if file.startswith(place) and file not in OWN), file)


def rank(test: str) -> int:
    """Where its scope comes among those that take long; the others come after them."""
    scope = scope_of(test)
    return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)


class ByScope(LoadScopeScheduling):
    """xdist's scheduler, in which what shares a cluster or hosts stays together."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
