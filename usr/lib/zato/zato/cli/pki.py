"""zato pki list|renew|issue-client|issue-server|remove|public."""

from __future__ import annotations

from shlex import quote

import click
from cryptography import x509

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.cli.pki_elsewhere import show_of_all_machines
from zato.cli.pki_public import public_command
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput
from zato.pki.authority import Authority
from zato.pki.certificates import fingerprint
from zato.pki.components import renewed_by_the_cluster
from zato.pki.renewal import list_certificates


@click.group("pki")
def command() -> None:
    """Certificates of the cluster's own authority, in this machine's directory."""


@command.command("list")
@pass_target
def list_command(target: Target) -> None:
    """Certificates, until when they are valid, and whether their renewal is due.

    In a session of `zato login`: those of the machines of all servers.

    Example: zato pki list
    """
    if target.login is not None:
        show_of_all_machines(target)
        return
    found, unusable = list_certificates(target.layout.pki, SystemClock().now())
    for file in unusable:
        click.echo(f"zato: {file.reason}", err=True)
    if target.as_json:
        show_json(
            [
                {
                    "name": each.name,
                    "subject": each.subject,
                    "not_after": each.not_after.isoformat(),
                    "fingerprint": each.fingerprint,
                    "hosts": each.hosts,
                    "due": each.due,
                }
                for each in found
            ]
        )
        return
    show_table(
        ("name", "subject", "valid until", "renewal", "hosts"),
        (
            (each.name, each.subject, moment(each.not_after), "due" if each.due else "", ", ".join(each.hosts))
            for each in found
        ),
    )


@command.command("renew")
@click.argument("name", required=False)
@click.option(
    "--all", "everything", is_flag=True, help="All that the cluster renews by itself, and the command line's."
)
@pass_target
def renew_command(target: Target, name: str | None, everything: bool) -> None:
    """Issue a certificate again, with a new key, or with --all every one, as where the clock was wrong.

    Example: zato pki renew lighttpd-1
    """
    if (name is None) is not everything:
        raise InvalidInput("Give the name of a certificate, or --all: zato pki list shows them.", code="usage")
    names = [name] if name is not None else _renewable(target)
    renewed = {each: _renewed(target, each) for each in names}
    if target.as_json:
        shown = [
            {"name": each, "not_after": found.not_valid_after_utc.isoformat(), "fingerprint": fingerprint(found)}
            for each, found in renewed.items()
        ]
        show_json(shown if everything else shown[0])
        return
    for each, found in renewed.items():
        click.echo(f"{each} is valid until {moment(found.not_valid_after_utc)}")


def _renewable(target: Target) -> list[str]:
    readable, unusable = list_certificates(target.layout.pki, SystemClock().now())
    names = {*(each.name for each in readable), *(each.name for each in unusable)}
    return sorted(filter(renewed_by_the_cluster, names))


def _renewed(target: Target, name: str) -> x509.Certificate:
    if not target.layout.is_appliance:
        return Authority(target.layout.pki).renew(name)
    # The key is another user's there, and nobody else looks for a new certificate as often
    from zato.appliance.renew import renew_now

    return renew_now(name)


@command.command("issue-client")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 825), default=90, show_default=True)
@click.option("--replace", is_flag=True, help="Also where there is one; its key is gone afterwards.")
@pass_target
def issue_client_command(target: Target, name: str, days: int, replace: bool) -> None:
    """Issue a certificate for a client, to be named by a security-tls item.

    Example: zato pki issue-client partner
    """
    certificate = Authority(target.layout.pki).issue_client(name, days=days, replace=replace)
    thumb = fingerprint(certificate)
    if target.as_json:
        show_json({"name": name, "fingerprint": thumb, "directory": str(target.layout.pki)})
        return
    click.echo(f"{target.layout.pki / name}.crt and .key are issued. To let it in:")
    click.echo(f"  zato config set security-tls {quote(name)} {quote(f'subject=CN={name}')}")


@command.command("issue-server")
@click.argument("name")
@click.option(
    "--host", "hosts", multiple=True, required=True, help="A name or address of the program; may be repeated."
)
@click.option("--days", type=click.IntRange(1, 825), default=365, show_default=True)
@click.option("--replace", is_flag=True, help="Also where there is one; its key is gone afterwards.")
@pass_target
def issue_server_command(target: Target, name: str, hosts: tuple[str, ...], days: int, replace: bool) -> None:
    """Issue a certificate for a program beside the cluster, such as its database.

    Example: zato pki issue-server db-1 --host db-1.example.com
    """
    certificate = Authority(target.layout.pki).issue_server(name, hosts=hosts, days=days, replace=replace)
    if target.as_json:
        show_json({"name": name, "fingerprint": fingerprint(certificate), "directory": str(target.layout.pki)})
        return
    click.echo(f"{target.layout.pki / name}.crt and .key are issued for {', '.join(hosts)}.")
    click.echo(f"Copy them to where the program reads them, and verify it by {target.layout.ca_certificate}.")


@command.command("remove")
@click.argument("name")
@pass_target
def remove_command(target: Target, name: str) -> None:
    """Remove the certificate of a client or a program that is gone from this machine, and its key.

    Machines that join may have the names that a program's certificate was for from then on. Copies of it stay valid
    until it expires.

    Example: zato pki remove db-1
    """
    Authority(target.layout.pki).remove(name)
    if target.as_json:
        show_json({"name": name, "removed": True})
        return
    click.echo(
        f"{name} has no certificate on this machine any more. Where it was copied to it is valid until it expires."
    )


command.add_command(public_command)
