"""No message of the command line repeats a secret that was refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.cli.fields import parse
from zato.cli.main import main
from zato.config import validation
from zato.config.codec import decode
from zato.config.kinds import KINDS
from zato.core.errors import InvalidInput, ZatoError

SECRET = "hunter2"
SECRETS = [(kind, field) for kind, definition in KINDS.items() for field in definition.secret_fields]


@pytest.mark.parametrize(("kind", "field"), SECRETS)
@pytest.mark.parametrize("value", [SECRET, SECRET + "\n", SECRET + "\x00\u202e" + "é" * 100, f"[{SECRET}", "null"])
def test_a_secret_that_is_refused_is_not_repeated(kind: str, field: str, value: str) -> None:
    body = {name: each for name, each in KINDS[kind].example.items() if name != field}
    said = []
    try:
        given = parse(kind, (f"{field}={value}",))
        said = validation.errors(kind, "it", decode(kind, "it", {**body, **given}))
    except ZatoError as error:
        said = [error.message, *error.details]
    for wrong in (7, [SECRET], {SECRET: SECRET}):
        with pytest.raises(InvalidInput) as caught:
            decode(kind, "it", {**body, field: wrong})
        said += [caught.value.message, *caught.value.details]
    assert SECRET not in "".join(said).replace(f".{SECRET}", "")


@pytest.mark.parametrize(
    "words",
    [
        ["user", "set-password", "jane", SECRET],
        ["user", "create", "jane", SECRET],
        ["login", "https://localhost", SECRET],
        ["login", f"https://jane:{SECRET}@localhost"],
        ["user", "set-password", "jane", f"--password={SECRET}"],
        ["config", "set", "security-basic", "jane", "username=jane", SECRET],
        ["config", "set", "security-basic", "jane", f"username={SECRET}", "password=a", SECRET],
        ["config", "set", "outgoing-rest", "CRM", f"adress=https://jane:{SECRET}@crm"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_word_that_is_not_taken_is_not_repeated(
    words: list[str], form: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZATO_HOME", "/nowhere")
    with pytest.raises(SystemExit) as ended:
        main([*words, *form])
    printed = capsys.readouterr()
    assert ended.value.code != 0
    assert SECRET not in printed.out + printed.err


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("outgoing-rest", "address", f"https://jane:{SECRET}@crm.example.com"),
        ("outgoing-rest", "address", f"https://jane:{SECRET}@"),
        ("outgoing-rest", "address", f"ftp://jane:{SECRET}@crm"),
        ("outgoing-sql", "url", f"postgresql+psycopg2://jane:{SECRET}@db/stock"),
        ("outgoing-sql", "url", f"postgresql+psycopg2://db/stock?password={SECRET}"),
        ("outgoing-sql", "url", f"postgresql://jane:{SECRET}@db/stock"),
        ("outgoing-sql", "url", f"sqlite:///{SECRET}/x"),
    ],
)
def test_credentials_in_an_address_are_not_repeated(kind: str, field: str, value: str) -> None:
    body = {**KINDS[kind].example, field: value}
    errors = validation.errors(kind, "it", decode(kind, "it", body))
    assert errors
    assert SECRET not in "".join(errors)


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg2://zato:{SECRET}@db/zato",
        f"postgresql+psycopg2://zato@db/zato?password={SECRET}",
        f"mysql+pymysql://zato:{SECRET}@db:x/zato",
    ],
)
def test_a_backup_is_not_restored_with_a_password_on_the_command_line(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(tmp_path / "z"), "restore", str(tmp_path / "a.backup"), "--odb", url, "--json"])
    printed = capsys.readouterr()
    assert ended.value.code != 0
    assert "password-on-command-line" in printed.out + printed.err
    assert SECRET not in printed.out + printed.err
