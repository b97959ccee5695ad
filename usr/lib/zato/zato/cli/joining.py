"""zato server create|tokens|cancel|join|leave|remove: servers on machines of their own."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from shlex import quote
from typing import TYPE_CHECKING

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.cli.servers import SERVER
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError
from zato.host.addresses import own_addresses
from zato.host.settings import ClusterSettings, load_cluster

if TYPE_CHECKING:
    from zato.cluster.signing.signer import Signer

_LOCAL_BINDS = ("localhost", "127.0.0.1", "::1")


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
    from zato.cluster.signing.signer import Signer
    from zato.cluster.token import JoinToken, encode
    from zato.core.clock import SystemClock
    from zato.pki.certificates import fingerprint, load_certificate

    cluster = load_cluster(target.layout)
    _check_open(target, cluster)
    host, port, name = _balancer(target, cluster, address)
    signer = Signer(target.layout.pki, SystemClock())
    taken = _numbers(target)
    if replace is not None:
        _check_replaced(target, cluster, replace, taken | _members(signer))
    if target.layout.is_appliance:
        from zato.appliance.units import enable_now

        enable_now("zato-pki-sign.socket")
    life = timedelta(minutes=minutes)
    made = signer.new_token(taken=taken, replaces=replace, life=life, balancer=(host, *own_addresses()))
    text = encode(
        JoinToken(
            address=host,
            port=port,
            name=name,
            authority=bytes.fromhex(fingerprint(load_certificate(target.layout.ca_certificate))),
            secret=made.secret,
            server=made.known.server,
            expires=int(made.known.expires.timestamp()),
        )
    )
    if target.as_json:
        show_json(
            {"token": text, "id": made.known.id, "server": made.known.server, "expires": _moment(made.known.expires)}
        )
        return
    click.echo(f"Until {moment(made.known.expires)}, once, on the machine that becomes server {made.known.server}:")
    click.echo("  apt install zato-server")
    click.echo(f"  zato server join {quote(text)}")


@click.command("tokens")
@pass_target
def tokens_command(target: Target) -> None:
    """Tokens that nobody has used yet, and servers on other machines with the certificates that were issued for them.

    Example: zato server tokens
    """
    from zato.cluster.signing.signer import Signer
    from zato.core.clock import SystemClock

    known = Signer(target.layout.pki, SystemClock()).known()
    now = datetime.now(UTC)
    if target.as_json:
        show_json(
            {
                "tokens": [
                    {
                        "id": each.id,
                        "server": each.server,
                        "replaces": each.replaces,
                        "created": _moment(each.created),
                        "expires": _moment(each.expires),
                    }
                    for each in known.tokens
                ],
                "servers": [
                    {"server": each.number, "hosts": each.hosts, "member": each.is_member(now)}
                    for each in known.servers
                ],
            }
        )
        return
    if known.tokens or not known.servers:
        show_table(
            ("token", "server", "valid until"),
            ((each.id, each.server, moment(each.expires)) for each in known.tokens),
        )
    if known.tokens and known.servers:
        click.echo()
    if known.servers:
        show_table(
            ("server", "certificates", "machine"),
            (
                (each.number, "valid" if each.is_member(now) else "not valid", ", ".join(each.hosts))
                for each in known.servers
            ),
        )


@click.command("cancel")
@click.argument("token_id", metavar="ID")
@pass_target
def cancel_command(target: Target, token_id: str) -> None:
    """Make a token worthless; `zato server tokens` shows its ID.

    Example: zato server cancel 3f9a0c21
    """
    from zato.cluster.signing.signer import Signer
    from zato.core.clock import SystemClock

    found = Signer(target.layout.pki, SystemClock()).cancel_token(token_id)
    if target.as_json:
        show_json({"id": found.id, "server": found.server, "cancelled": True})
        return
    click.echo(f"The token {found.id} for server {found.server} is worth nothing any more.")


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


def _check_open(target: Target, cluster: ClusterSettings) -> None:
    """Raises SetupError where no other machine could become a server."""
    from zato.odb.sharing import why_not_shared

    if cluster.has_joined:
        raise SetupError(
            f"Tokens are made on the machine with the cluster's CA, which is {cluster.balancer}.", code="no-signer"
        )
    reason = why_not_shared(cluster.odb)
    if reason is not None:
        raise SetupError(reason, code="odb-not-shared")
    if cluster.bind in _LOCAL_BINDS:
        raise SetupError(
            f"The balancer listens on {cluster.bind}, where no other machine reaches it; set bind in "
            f"{target.layout.settings} and restart.",
            code="balancer-not-reachable",
        )


def _balancer(target: Target, cluster: ClusterSettings, given: str | None) -> tuple[str, int, str]:
    """Where the new machine finds the balancer, and the name in its certificate."""
    from zato.pki.certificates import hosts_of, load_certificate
    from zato.pki.names import BALANCER, LOOPBACK

    names = [host for host in hosts_of(load_certificate(target.layout.pki / f"{BALANCER}.crt")) if host not in LOOPBACK]
    if not names:
        raise SetupError(
            f"The cluster's certificate has no name but localhost; add one to hosts in {target.layout.settings}, and "
            "restart the balancer.",
            code="no-host-name",
        )
    host, port = (names[0], cluster.lb_port) if given is None else _host_and_port(given, cluster.lb_port)
    return host, port, host if host in names else names[0]


def _host_and_port(text: str, port: int) -> tuple[str, int]:
    from zato.pki.authority import check_host

    host = text
    if not _is_address(text.strip("[]")):
        host, separator, number = text.rpartition(":")
        if not separator:
            host = text
        elif not number.isdecimal() or not 1 <= int(number) <= 65535:
            raise InvalidInput(f"{text!r} is not HOST or HOST:PORT.")
        else:
            port = int(number)
    host = host.strip("[]")
    check_host(host)
    return host, port


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _numbers(target: Target) -> set[int]:
    """Of all servers that the cluster knows, on this machine or others."""
    client = target.client()
    listed = {int(server["number"]) for server in client.status()["servers"]}
    items = {str(item["name"]).removeprefix("server-") for item in client.items("server")["items"]}
    here = target.layout.server_numbers(load_cluster(target.layout).servers)
    return listed | {int(text) for text in items if text.isdecimal()} | set(here)


def _members(signer: Signer) -> set[int]:
    """Of servers with valid certificates: a join that failed may have left nothing else."""
    now = datetime.now(UTC)
    return {server.number for server in signer.known().servers if server.is_member(now)}


def _check_replaced(target: Target, cluster: ClusterSettings, number: int, known: set[int]) -> None:
    if number not in known:
        raise NotFound(f"There is no server {number} in the cluster that could be replaced.", code="no-such-server")
    if number in target.layout.server_numbers(cluster.servers):
        raise Conflict(
            f"Server {number} is on this machine; another one cannot take its number.", code="server-on-this-machine"
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
