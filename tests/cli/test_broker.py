"""zato broker setup: what a RabbitMQ needs, printed, or done on this machine."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Sequence
from pathlib import Path

import pytest

from zato.appliance.owners import Owner
from zato.appliance.rabbitmq import RabbitMqSetup
from zato.broker.rabbitmq.definitions import PLUGINS
from zato.cli.main import main
from zato.core.errors import SetupError
from zato.pki.authority import Authority
from zato.pki.certificates import hosts_of, is_pair, load_certificate


class Host:
    """A machine whose RabbitMQ is as `rabbitmqctl` and the others say; notes what it is told to do."""

    def __init__(self) -> None:
        self.plugins: list[str] = []
        self.users = ["guest", "operator"]
        self.said: list[str] = []

    def run(self, command: Sequence[str]) -> str:
        words = " ".join(command)
        match list(command[:2]):
            case ["rabbitmq-plugins", "list"]:
                return "\n".join(self.plugins)
            case ["rabbitmqctl", "--quiet"]:
                return "".join(f"{user}\t[]\n" for user in self.users)
            case ["rabbitmq-plugins", "enable"]:
                self.plugins.append(command[-1])
            case ["rabbitmqctl", "delete_user"]:
                self.users.remove(command[-1])
        self.said.append(words)
        return ""


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    Authority(tmp_path / "pki").create("zato")
    return tmp_path / "pki"


def setup_of(pki: Path, host: Host, *names: str) -> RabbitMqSetup:
    directory = pki.parent / "rabbitmq"
    directory.mkdir(exist_ok=True)
    owner = Owner(pwd.getpwuid(os.geteuid()).pw_name, "root")
    return RabbitMqSetup(pki, vhost="zato", hosts=names, port=5671, directory=directory, owner=owner, run=host.run)


def test_what_is_missing_is_done_once_and_guest_is_gone(pki: Path) -> None:
    host = Host()
    changed = setup_of(pki, host, "rabbit.example.org").run()
    assert [*PLUGINS, "user guest deleted"] == changed[-len(PLUGINS) - 2 : -2] + changed[-1:]
    assert host.users == ["operator"]
    assert "systemctl restart rabbitmq-server" in host.said
    zato = pki.parent / "rabbitmq" / "zato"
    assert is_pair(zato / "rabbitmq.crt")
    assert "rabbit.example.org" in hosts_of(load_certificate(zato / "rabbitmq.crt"))
    assert (zato / "rabbitmq.key").stat().st_mode & 0o777 == 0o640
    assert not (zato / "ca.key").exists()
    assert "listeners.tcp = none" in (pki.parent / "rabbitmq" / "conf.d" / "zato.conf").read_text()
    host.said.clear()
    assert setup_of(pki, host, "rabbit.example.org").run() == []
    assert not any("restart" in words for words in host.said)


def test_another_name_gets_a_certificate_and_a_restart(pki: Path) -> None:
    host = Host()
    setup_of(pki, host).run()
    changed = setup_of(pki, host, "other.example.org").run()
    assert changed == ["rabbitmq.crt", "rabbitmq.key"]
    assert host.said.count("systemctl restart rabbitmq-server") == 2


def test_a_machine_without_rabbitmq_is_told_what_to_do(pki: Path) -> None:
    setup = RabbitMqSetup(pki, vhost="zato", hosts=(), port=5671, directory=pki / "nowhere", run=Host().run)
    with pytest.raises(SetupError, match=r"apt install rabbitmq-server.*zato broker setup --print"):
        setup.run()


def test_what_is_printed_lets_nobody_in_without_a_certificate_and_servers_to_what_is_zatos_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["broker", "setup", "--print", "--vhost", "shop", "--json", "--home", str(tmp_path)])
    assert not ended.value.code
    found = json.loads(capsys.readouterr().out)
    assert found["plugins"] == list(PLUGINS)
    wanted = found["definitions"]
    assert {user["password_hash"] for user in wanted["users"]} == {""}
    assert {user["tags"] for user in wanted["users"]} == {""}
    assert {each["vhost"] for each in wanted["permissions"]} == {"shop"}
    rights = {each[right] for each in wanted["permissions"] for right in ("configure", "read", "write")}
    assert rights == {r"^zato\."}
    lines = found["configuration"].splitlines()
    for line in ("listeners.tcp = none", "auth_mechanisms.1 = EXTERNAL", "ssl_options.fail_if_no_peer_cert = true"):
        assert line in lines
