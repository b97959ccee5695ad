"""An installation has no default password: a token in a place of root's makes the first administrator, once."""

from __future__ import annotations

import json

from support.appliance import answers, status
from support.documents.written import written
from support.hosts import Host
from support.waiting import eventually

FILE = "/etc/zato/first-token"
URL = "https://localhost:11223/zato/api"


def test_the_installation_leaves_a_token_that_makes_one_administrator_and_is_roots_alone(appliance: Host) -> None:
    assert appliance.run(f"stat -c '%U:%G %a' {FILE}").stdout == "root:root 400\n"
    for user in ("zato", "zato-tls", "zato-lb"):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups cat {FILE}", check=False)
        assert "Permission denied" in done.stderr
    said = status(appliance)["first_administrator"]
    assert (said["token_file"], said["command"]) == (FILE, "zato user first NAME")
    made = json.loads(
        appliance.run(written("docs/packages.md", "zato user first jane", {"zato": "zato --json"})).stdout
    )
    ask = f"curl -s --cacert /etc/zato/pki/ca.crt -u 'jane:{made['generated']['password']}' {URL}/whoami"
    try:
        assert eventually(lambda: '"roles":["admin"]' in appliance.run(ask).stdout)
        assert "first_administrator" not in status(appliance)
        again = appliance.run("zato user first john", check=False)
        assert (again.returncode, "zato user first-token" in again.stderr) == (1, True)
        # Nor does another start of the server make another one
        appliance.run("systemctl restart zato-server@1")
        assert answers(appliance, 15)
        assert appliance.run(f"cat {FILE}").stdout == ""
    finally:
        appliance.run("zato user delete jane")
        appliance.run(written("docs/packages.md", "zato user first-token"))
