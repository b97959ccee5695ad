"""Why those tests take long that do, by test or by file: `make test` names the slowest ones with what stands here.

A test that comes among them and has no reason is to be made quicker, or gets one.
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "tests/admin_api/test_openapi.py": "schemathesis makes requests to every operation",
    "tests/agent/haproxy/test_agent.py": "its set-up starts a cluster; reloads and drains under load",
    "tests/agent/lighttpd/test_lighttpd_agent.py": "a lighttpd that does not serve is given its time, then put back",
    "tests/broker/test_cluster.py": "its set-up starts RabbitMQ, a database server and a cluster",
    "tests/docs/test_pages.py": "all commands of a page, in order, on a running cluster",
    "tests/hosts/test_autopkgtests.py": "its set-up waits for packages and root file systems, installs and boots",
    "tests/hosts/test_backup.py": "a backup of an appliance, a loss, and the way back",
    "tests/hosts/test_configuration.py": "many edits by hand and over the admin API at the same time",
    "tests/hosts/test_debian_before.py": "a host of the other release: three installations, an upgrade, a repository",
    "tests/hosts/test_joining.py": "its set-up waits for packages of both releases; two hosts join, leave, boot",
    "tests/hosts/test_machines.py": "testinfra asks over ssh, file by file",
    "tests/hosts/test_packages.py": "a build from nothing, and lintian on all files of the packages",
    "tests/hosts/test_programs.py": "HAProxy and two lighttpds are replaced in turn, under load",
    "tests/hosts/test_recovery.py": "five units in turn do not answer their watchdogs; a host boots",
    "tests/hosts/test_reloading.py": "reloads under load, each ends once the former worker has",
    "tests/hosts/test_removal.py": "a removal, another installation, a purge, and lists of all files",
    "tests/hosts/test_servers.py": "both servers are restarted in turn, under load",
    "tests/hosts/test_unresponsive.py": "agents' patience runs out in turn; all stands still for longer than checks",
    "tests/hosts/test_upgrade.py": "each upgrade is an installation, and restarts two servers in turn, under load",
    "tests/odb/test_claims.py": "many threads claim on database servers that others use too",
    "tests/odb/test_moving.py": "three databases, each move killed half way and begun again",
    "tests/quickstart/test_going_on.py": "a cluster of its own is started anew for each way to lose the file",
    "tests/quickstart/test_running.py": "a cluster of its own is started and ended several times",
    "tests/system/test_attacks.py": "attacks go on for seconds, beside good requests that are timed",
    "tests/system/test_broken_deployments.py": "its set-up starts the cluster that the directory shares",
    "tests/system/test_cli_json.py": "each command of the command line, as a process, with --json",
    "tests/system/test_deployment.py": "forty deployments under load, on a cluster of its own",
    "tests/system/test_draining.py": "servers stop in turn while slow requests are answered",
    "tests/system/test_openapi.py": "schemathesis sends every operation of a running server what it may and may not",
    "tests/system/test_outage.py": "the ODB is away for longer than everybody's time limits",
    "tests/system/test_poison.py": "workers are held up for longer than they may be, and replaced",
    "tests/system/test_standing_still.py": "processes stand still for longer than checks and heart-beats allow",
}
