"""What root gets to run, read and type where users of Zato's have prepared something for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.hosts import Host

RAN = "/var/tmp/ran"
# Says as whom it was run, and types a command at the terminal, where it has one
PROGRAM = """#!/usr/bin/python3
import fcntl, os, termios
with open('/var/tmp/ran/' + str(os.getuid()), 'w') as file:
    try:
        for letter in b'touch /var/tmp/ran/typed\\n':
            fcntl.ioctl(os.open('/dev/tty', os.O_RDWR), termios.TIOCSTI, bytes([letter]))
        file.write('typed')
    except OSError as error:
        file.write(str(error))
"""
AS = "setpriv --reuid={0} --regid={0} --clear-groups "
LIGHTTPD = "/var/lib/zato/lighttpd-1/lighttpd.conf"
HAPROXY = "/var/lib/zato/haproxy/haproxy.cfg"


@pytest.fixture
def prepared(appliance: Host) -> Iterator[Host]:
    """What each user could have root's commands run, if they ran what those files say as root, or at its terminal."""
    program = "/var/tmp/program"
    appliance.path(program).write_text(PROGRAM)
    appliance.path("/var/tmp/program.lua").write_text(f"os.execute('{program}')\n")
    appliance.run(f"chmod 755 {program} {program}.lua; mkdir -m 1777 {RAN}")
    config = "/etc/zato/server-1"
    for setting in ("core.fsmonitor", "diff.external", "core.pager", "gpg.program", "core.sshCommand"):
        appliance.run(f"{AS.format('zato')} git -C {config} config {setting} {program}")
    for path in (LIGHTTPD, HAPROXY):
        appliance.run(f"cp -p {path} {path}.kept")
    appliance.run(f"echo 'include_shell \"{program}; true\"' >>{LIGHTTPD}")
    appliance.run(f"sed -i '0,/^global/s||global\\n    lua-load {program}.lua\\n|' {HAPROXY}")
    yield appliance
    for path in (LIGHTTPD, HAPROXY):
        appliance.run(f"mv {path}.kept {path}")
    for setting in ("core.fsmonitor", "diff.external", "core.pager", "gpg.program", "core.sshCommand"):
        appliance.run(f"git config -f {config}/.git/config --unset {setting}; chown -R zato:zato {config}/.git")
    appliance.run(f"rm -rf {RAN} {program} {program}.lua")


def test_nothing_of_theirs_runs_as_root_or_at_roots_terminal(prepared: Host) -> None:
    for command in (
        "zato doctor",
        "zato server config history 1",
        "zato server config diff 1",
        "zato server config rollback 1 HEAD",
    ):
        prepared.run(f"script -qec '{command}' /dev/null </dev/null", check=False)
    said = prepared.run(f"cd {RAN} && grep -r . . || true").stdout
    # lighttpd and HAProxy are asked as the users that they run as, where nobody has a terminal
    users = {prepared.run(f"id -u {name}").stdout.strip() for name in ("zato-tls", "zato-lb")}
    ran = {line.partition(":")[0].removeprefix("./") for line in said.splitlines()}
    assert ran <= users, said
    assert "typed" not in said, said


def test_root_finds_all_well_with_the_rights_of_others(appliance: Host) -> None:
    assert appliance.run("zato doctor --json").returncode == 0
    assert appliance.run("zato odb init && zato odb upgrade && zato odb status").returncode == 0
    owners = appliance.run(
        "find /var/lib/zato/odb /var/lib/zato/haproxy /etc/zato/server-1 ! -user root -prune -o -print"
    )
    assert owners.stdout == ""


def test_a_pipe_in_the_place_of_what_root_prepares_or_reads_holds_nobody_up(appliance: Host) -> None:
    server = "/var/lib/zato/server-1"
    applied = f"{server}/applied/server.toml"
    swap = f"mv {applied} {applied}.kept; mkfifo {applied}"
    appliance.run(f"{AS.format('zato')} sh -c '{swap}; mv {server}/pickup {server}/kept; mkfifo {server}/pickup'")
    try:
        done = appliance.run("timeout 60 /usr/lib/zato/venv/bin/python -m zato.appliance server 1", check=False)
        assert done.returncode == 1 and "pickup" in done.stderr, done.stderr
        assert appliance.run("timeout 60 zato doctor", check=False).returncode == 1
    finally:
        appliance.run(f"rm {applied} {server}/pickup; mv {applied}.kept {applied}; mv {server}/kept {server}/pickup")


def test_what_a_lesser_user_has_put_into_their_own_directory_is_not_roots_cluster(appliance: Host) -> None:
    theirs = "/var/tmp/theirs"
    appliance.run(f"mkdir -p {theirs}/.zato")
    appliance.path(f"{theirs}/.zato/zato.toml").write_text('odb = "mysql+pymysql://a@127.0.0.1:1/b"\n')
    appliance.run(f"chown -R zato:zato {theirs}")
    try:
        done = appliance.run(f"cd {theirs}; zato odb status", check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{theirs}/.zato belongs to zato" in done.stderr or f"{theirs} belongs to zato" in done.stderr
        assert appliance.run(f"cd {theirs}; zato --home /var/lib/zato odb status").returncode == 0
    finally:
        appliance.run(f"rm -rf {theirs}")
