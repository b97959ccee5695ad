"""zato server create|tokens|cancel|join|leave|remove: servers on machines of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from shlex import quote
from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.cli.servers import SERVER
from zato.core.errors import SetupError
from zato.host.settings import load_cluster


@click.command("create")
@click.option("--token", is_flag=True, required=True, help="Print a token; a server on this machine needs none.")
@click.option("--address", help="HOST or HOST:PORT at which the new machine reaches the balancer.")
@click.option("--minutes", type=click.IntRange(1, 24 * 60), default=30, show_default=True, help="How long it is valid.")
@click.option("--replace", type=SERVER, help="Number of a server that the new machine replaces.")
@pass_target
def create_command(target: Target, token: bool, address: str | None, minutes: int, replace: int | None) -> None:
    """Print a token with which one other machine becomes a server of the cluster, once.

    On this machine a further server is: systemctl start zato-server@N

    Example: zato server create --token
    """
    from zato.cluster.inviting import invitation, new_token
    from zato.cluster.signing.signer import Signer
    from zato.core.clock import SystemClock

    signer = Signer(target.layout.pki, SystemClock())
    made_for = invitation(
        target.layout, load_cluster(target.layout), target.client, signer, address=address, replaces=replace
    )
    if target.layout.is_appliance:
        from zato.appliance.units import enable_now

        enable_now("zato-pki-sign.socket")
    text, made = new_token(target.layout, signer, made_for, timedelta(minutes=minutes))
    if target.as_json:
        show_json({"token": text, "id": made.id, "server": made.server, "expires": _moment(made.expires)})
        return
    click.echo(f"Until {moment(made.expires)}, once, on the machine that becomes server {made.server}:")
    click.echo("  apt install zato-server")
    click.echo(f"  zato server join {quote(text)}")


@click.command("tokens")
@pass_target
def tokens_command(target: Target) -> None:
    """Tokens that nobody has used yet, and servers on other machines with the certificates that were issued for them.

    Example: zato server tokens
    """
    found = _joining(target)
    if target.as_json:
        show_json(found)
        return
    tokens, servers = found["tokens"], found["servers"]
    if tokens or not servers:
        show_table(
            ("token", "server", "valid until"),
            ((each["id"], each["server"], moment(datetime.fromisoformat(each["expires"]))) for each in tokens),
        )
    if tokens and servers:
        click.echo()
    if servers:
        show_table(
            ("server", "certificates", "machine"),
            (
                (each["server"], "valid" if each["member"] else "not valid", ", ".join(each["hosts"]))
                for each in servers
            ),
        )


def _joining(target: Target) -> dict[str, Any]:
    """As the machine with the CA says, of a cluster elsewhere; here by its register, even where it does not run."""
    if target.login is not None:
        from zato.client.signing import by_the_signer

        return by_the_signer(target.client().joining)
    from zato.cluster.signing.signer import Signer
    from zato.core.clock import SystemClock

    registered, now = Signer(target.layout.pki, SystemClock()).registered(), datetime.now(UTC)
    return {
        "tokens": [
            {
                "id": each.id,
                "server": each.server,
                "replaces": each.replaces,
                "created": _moment(each.created),
                "expires": _moment(each.expires),
            }
            for each in registered.tokens
        ],
        "servers": [
            {"server": each.number, "hosts": each.hosts, "member": each.is_member(now)} for each in registered.servers
        ],
    }


@click.command("cancel")
@click.argument("token_id", metavar="ID")
@pass_target
def cancel_command(target: Target, token_id: str) -> None:
    """Make a token worthless; `zato server tokens` shows its ID.

    Example: zato server cancel 3f9a0c21
    """
    if target.login is not None:
        from zato.client.signing import by_the_signer

        client = target.client()
        cancelled = by_the_signer(lambda: client.cancel_joining_token(token_id))
        server = cancelled["server"]
    else:
        from zato.cluster.signing.signer import Signer
        from zato.core.clock import SystemClock

        server = Signer(target.layout.pki, SystemClock()).cancel_token(token_id).server
    if target.as_json:
        show_json({"id": token_id, "server": server, "cancelled": True})
        return
    click.echo(f"The token {token_id} for server {server} is worth nothing any more.")


@click.command("join")
@click.argument("token")
@click.option("--address", help="Name or address at which the balancer reaches this machine.")
@pass_target
def join_command(target: Target, token: str, address: str | None) -> None:
    """Make this machine a server of the cluster that has made the token. As root.

    Example: zato server join zato1-...
    """
    from zato.appliance.join import join
    from zato.cluster.token import decode

    decode(token)  # what is wrong with it comes before what is wrong with the machine
    _check_packages(target)
    joined = join(token, address, lambda text: None if target.as_json else click.echo(text))
    if target.as_json:
        show_json({"server": joined.server, "host": joined.host})
        return
    click.echo(f"Server {joined.server} takes requests; the balancer reaches it at {joined.host}.")


@click.command("leave")
@click.option("--force", is_flag=True, help="Do not ask the cluster, which has to remove the server itself.")
@pass_target
def leave_command(target: Target, force: bool) -> None:
    """Take this machine out of the cluster that it has joined. As root.

    The server finishes its requests, its certificates are revoked, and the cluster's keys and code are removed here.

    Example: zato server leave
    """
    from zato.appliance.join import leave

    _check_packages(target)
    number = leave(lambda text: None if target.as_json else click.echo(text), force=force)
    if target.as_json:
        show_json({"server": number, "left": True})
        return
    was = "" if number is None else f"; it was server {number}"
    click.echo(f"This machine is no part of the cluster any more{was}.")


@click.command("remove")
@click.argument("number", type=SERVER)
@pass_target
def remove_command(target: Target, number: int) -> None:
    """Remove a server that runs no more from the cluster, and revoke its certificates.

    Example: zato server remove 2
    """
    from zato.client.signing import by_the_signer

    client = target.client()
    found = by_the_signer(lambda: client.remove_server(number))
    if target.as_json:
        show_json(found)
        return
    click.echo(f"Server {number} is none of the cluster any more.")
    if found["revoked"]:
        click.echo(
            "Its certificates are revoked. It has known the ODB's password: change that where it may be misused."
        )


def _check_packages(target: Target) -> None:
    if not target.layout.is_appliance:
        raise SetupError(
            f"{target.layout.root} is a cluster in one directory; machines that join others run from the packages: apt "
            "install zato-server",
            code="not-an-appliance",
        )


def _moment(moment: datetime) -> str:
    return moment.isoformat()
