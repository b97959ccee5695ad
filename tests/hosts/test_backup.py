"""An appliance in one file, and back: owners, modes and units are as they should be afterwards."""

from __future__ import annotations

from support.appliance import answers, problems
from support.documents.written import written
from support.hosts import Host
from support.waiting import eventually

FILE = "/var/backups/zato-test.backup"
_OWNED = (
    "stat -c '%U:%G %a %n' /etc/zato/zato.toml /etc/zato/secret.key /etc/zato/pki/*.key /var/lib/zato/odb"
    " /var/lib/zato/odb/odb.sqlite /etc/zato/server-1 /etc/zato/server-1/server.toml /var/lib/zato/server-1"
)


def test_an_appliance_comes_back_from_a_backup(appliance: Host) -> None:
    owned = appliance.run(_OWNED).stdout
    appliance.run("zato config set channel-rest kept service=demo.hello path=/kept")
    try:
        appliance.run(f"zato backup {FILE}")
        assert appliance.run(f"stat -c '%U %a' {FILE}").stdout.strip() == "root 600"
        assert appliance.run("ls -A /var/tmp | grep -v ^systemd-private- | grep zato", check=False).stdout == ""
        appliance.run("zato config delete channel-rest kept")
        refused = appliance.run(f"zato restore {FILE}", check=False)
        assert "--replace" in refused.stdout + refused.stderr
        restoring = written("docs/backup.md", "zato restore FILE --replace", {"FILE": FILE})
        done = appliance.run(restoring, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert answers(appliance)
        assert appliance.run(_OWNED).stdout == owned
        assert "/kept" in appliance.run("zato config get channel-rest kept").stdout
        assert eventually(lambda: ["Held since" in each for each in problems(appliance)] == [True]), problems(appliance)
        appliance.run("zato cluster release")
        assert eventually(lambda: problems(appliance) == []), problems(appliance)
        assert appliance.run("systemctl list-units --failed --plain --no-legend 'zato*'").stdout == ""
        assert appliance.run("cd /etc/zato/server-1 && runuser -u zato -- git status --porcelain").stdout == ""
    finally:
        appliance.run(
            f"zato config delete channel-rest kept; rm -r {FILE} /etc/zato/before-restore-* /var/lib/zato/before-*"
        )
