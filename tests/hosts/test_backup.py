"""An appliance in one file, and back: owners, modes and units are as they should be afterwards."""

from __future__ import annotations

import re

from support.appliance import answers, problems
from support.documents.written import written
from support.hosts import Host
from support.root_file_systems import REPOSITORY
from support.waiting import eventually

UNIT = "nightly-zato-backup"
FILE = "/var/backups/zato-test.backup"
_OWNED = (
    "stat -c '%U:%G %a %n' /etc/zato/zato.toml /etc/zato/secret.key /etc/zato/pki/*.key /var/lib/zato/odb"
    " /var/lib/zato/odb/odb.sqlite /etc/zato/server-1 /etc/zato/server-1/server.toml /var/lib/zato/server-1"
)


def test_the_units_of_the_page_make_a_backup_every_night(appliance: Host) -> None:
    page = (REPOSITORY / "docs" / "backup.md").read_text(encoding="utf-8")
    units = zip(("service", "timer"), re.findall(r"```ini\n(.*?)```", page, re.DOTALL), strict=True)
    for kind, text in units:
        (appliance.root / "etc/systemd/system" / f"{UNIT}.{kind}").write_text(text, encoding="utf-8")
    appliance.run("umask 077 && echo long and secret >/etc/zato-backup.passphrase")
    try:
        appliance.run(written("docs/backup.md", "systemctl enable --now nightly-zato-backup.timer"))
        assert f"{UNIT}.service" in appliance.run("systemctl list-timers --no-pager").stdout
        appliance.run(f"systemctl start {UNIT}.service")
        assert appliance.run("stat -c '%U %a' /var/backups/zato-[1-7].backup").stdout == "root 600\n"
    finally:
        appliance.run(f"systemctl disable --now {UNIT}.timer; rm /etc/systemd/system/{UNIT}.*; systemctl daemon-reload")
        appliance.run("rm -f /etc/zato-backup.passphrase /var/backups/zato-[1-7].backup")


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
