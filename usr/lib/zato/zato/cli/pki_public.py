"""zato pki public [CERTIFICATE KEY] [--remove]."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json
from zato.core.clock import SystemClock
from zato.core.errors import InvalidInput, NotFound
from zato.pki import public
from zato.pki.certificates import fingerprint, hosts_of, load_certificate
from zato.pki.names import PUBLIC
from zato.pki.public_files import source_of


@click.command("public")
@click.argument("certificate", required=False, type=click.Path(path_type=Path))
@click.argument("key", required=False, type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Show the cluster's own certificate to everybody again.")
@pass_target
def public_command(target: Target, certificate: Path | None, key: Path | None, remove: bool) -> None:
    """Show a certificate that browsers and partners know, to those who ask for one of its names.

    CERTIFICATE is a file in PEM, with the server's certificate first and then those that have issued it; KEY is its
    private key. The balancer shows it from now on, and takes up what replaces the files, without a lost request.
    Without arguments: takes what the files have now, at once, and says what is shown.

    Example: zato pki public /etc/ssl/zato/fullchain.pem /etc/ssl/zato/privkey.pem
    """
    if remove:
        if certificate is not None:
            raise InvalidInput("Give either files or --remove.", code="usage")
        _remove(target)
        return
    if certificate is not None:
        if key is None:
            raise InvalidInput("Give the file of the private key, too: zato pki public CERTIFICATE KEY", code="usage")
        _take(target, certificate, key)
    else:
        _follow(target)
    _show(target)


def _take(target: Target, certificate: Path, key: Path) -> None:
    if not target.layout.is_appliance:
        public.take(target.layout.pki, certificate, key, SystemClock().now())
        return
    from zato.appliance.renew import take_public

    take_public(certificate, key)


def _follow(target: Target) -> None:
    if not target.layout.is_appliance:
        public.follow(target.layout.pki, SystemClock().now())
        return
    from zato.appliance.renew import follow_public

    follow_public()


def _remove(target: Target) -> None:
    if not target.layout.is_appliance:
        there = public.remove(target.layout.pki)
    else:
        from zato.appliance.renew import remove_public

        there = remove_public()
    if not there:
        raise NotFound("The cluster has no public certificate.", code="no-public-certificate")
    if target.as_json:
        show_json({"removed": True})
        return
    click.echo("Everybody is shown the cluster's own certificate again.")


def _show(target: Target) -> None:
    shown, source = load_certificate(target.layout.pki / f"{PUBLIC}.crt"), source_of(target.layout.pki)
    found: dict[str, Any] = {
        "names": hosts_of(shown),
        "not_after": shown.not_valid_after_utc.isoformat(),
        "fingerprint": fingerprint(shown),
        "certificate": None if source is None else source.certificate,
        "key": None if source is None else source.key,
    }
    if target.as_json:
        show_json(found)
        return
    click.echo(f"Shown to those who ask for {', '.join(found['names'])}")
    click.echo(f"until {moment(shown.not_valid_after_utc)}, from {found['certificate']}")
