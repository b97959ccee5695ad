"""zato login, zato logout: the admin API from any machine, as a person with a password."""

from __future__ import annotations

import getpass
import platform
import re
import sys
from pathlib import Path
from typing import TextIO

import click
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from zato.cli import session_file
from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json
from zato.cli.passwords import password_from
from zato.cli.session_file import Login
from zato.core.errors import Forbidden, InvalidInput, SetupError, ZatoError

_PORT = 11223
_NOT_IN_LABEL = re.compile(r"[^A-Za-z0-9._-]")


@click.command("login")
@click.argument("url")
@click.option("--user", help="User name; the one of this machine unless given.")
@click.option("--password-file", type=click.File(), help="Read the password from there; - for standard input.")
@click.option("--code", help="One-time password, or a recovery code, of who has a second factor; asked for otherwise.")
@click.option("--ca", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The cluster's CA (PEM).")
@click.option("--fingerprint", help="SHA-256 fingerprint of the cluster's CA, to be compared instead of asking.")
@pass_target
def login(
    target: Target,
    url: str,
    user: str | None,
    password_file: TextIO | None,
    code: str | None,
    ca: Path | None,
    fingerprint: str | None,
) -> None:
    """Open a session at a cluster, for commands on this machine; they go there until `zato logout`.

    The password is asked for, and a code of whoever has a second factor. The cluster is known by its CA from then on:
    the first time its fingerprint is shown, to be compared with that of pki/ca.crt on a machine of the cluster.

    Example: zato login https://zato.example.com:11223 --user jane
    """
    from zato.client.api import ApiClient

    base_url = _base_url(url)
    authority = _authority(base_url, ca, fingerprint)
    name = user if user is not None else _user()
    password = password_from(password_file, f"Password of {name}", repeat=False)
    if authority is not None:
        session_file.keep_authority(base_url, authority)
    client = ApiClient.of_user(base_url, name, password, ca=session_file.authority_file(base_url))
    label = f"zato on {_NOT_IN_LABEL.sub('_', platform.node())}"[:60]
    try:
        opened = client.open_session(label, code=code)
    except Forbidden as error:
        if error.code != "totp-needed" or not sys.stdin.isatty():
            raise
        opened = client.open_session(label, code=click.prompt("Code", type=str, err=True))
    session = opened["session"]
    session_file.keep(
        Login(
            base_url, session["principal"], opened["token"], session["expires"], session_file.authority_file(base_url)
        )
    )
    if target.as_json:
        show_json({"url": base_url, **session})
        return
    click.echo(
        f"You are {session['principal']} at {base_url}, with {', '.join(session['roles'])}, until "
        f"{moment(session['expires'])} at most. To end it: zato logout"
    )


@click.command("logout")
@pass_target
def logout(target: Target) -> None:
    """End the session that `zato login` has opened.

    Example: zato logout
    """
    from zato.client.api import ApiClient

    known = session_file.current()
    if known is None:
        raise InvalidInput("There is no session on this machine; zato login URL opens one.", code="not-logged-in")
    ended = True
    try:
        ApiClient.of_session(known.url, known.token, ca=known.ca).end_session()
    except ZatoError as error:
        ended = error.status == 401  # it was over before
        reason = error.message
    session_file.forget()
    if target.as_json:
        show_json({"url": known.url, "ended": ended})
        return
    click.echo(f"You are logged out of {known.url}.")
    if not ended:
        click.echo(
            f"The cluster could not be told, so the token goes on until {moment(known.expires)} for whoever has a copy "
            f"of it: {reason}",
            err=True,
        )


def _base_url(url: str) -> str:
    try:
        parsed = parse_url(url if "://" in url else f"https://{url}")
    except LocationParseError as error:
        raise InvalidInput(f"{url[:200]!r} is no URL; write https://HOST:PORT.", code="invalid-url") from error
    if parsed.scheme != "https" or not parsed.host or parsed.auth or parsed.path not in (None, "", "/") or parsed.query:
        raise InvalidInput(
            "The address of a cluster is https://HOST:PORT, without a user, a password or a path.", code="invalid-url"
        )
    return f"https://{parsed.host}:{parsed.port or _PORT}"


def _authority(base_url: str, ca: Path | None, wanted: str | None) -> bytes | None:
    """The CA that the cluster is to be known by; None where it is known already."""
    from zato.client.authority import authority_shown

    if ca is not None and wanted is not None:
        raise InvalidInput("The CA is given by --ca, or by its --fingerprint: say one of them.", code="usage")
    if ca is not None:
        return ca.read_bytes()
    if session_file.authority_file(base_url).exists() and wanted is None:
        return None
    parsed = parse_url(base_url)
    host = (parsed.host or "").strip("[]")
    pem, found = authority_shown(host, parsed.port or _PORT)
    shown = ":".join(found[index : index + 2] for index in range(0, len(found), 2)).upper()
    if wanted is not None:
        if wanted.replace(":", "").strip().lower() != found:
            raise SetupError(
                f"The CA at {base_url} is another one: its fingerprint is {shown}. Nothing was sent to it.",
                code="other-authority",
            )
        return pem
    if not sys.stdin.isatty():
        raise SetupError(
            f"The cluster at {base_url} is not known here yet. Its CA has the SHA-256 fingerprint {shown}: give that "
            "with --fingerprint once you have compared it, or the CA's certificate with --ca FILE. Nothing was sent.",
            code="authority-unknown",
        )
    click.echo(f"The cluster at {base_url} is not known here yet. Its CA has the SHA-256 fingerprint\n\n  {shown}\n")
    click.echo(
        "A machine of the cluster shows it with: openssl x509 -noout -fingerprint -sha256 -in /etc/zato/pki/ca.crt"
    )
    click.confirm("Is it the same?", abort=True)
    return pem


def _user() -> str:
    try:
        return (
            click.prompt("User name", default=getpass.getuser(), type=str) if sys.stdin.isatty() else getpass.getuser()
        )
    except (KeyError, OSError) as error:
        raise InvalidInput("This machine does not know who you are; give --user NAME.", code="user-unknown") from error
