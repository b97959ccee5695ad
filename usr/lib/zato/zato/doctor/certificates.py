"""Certificates: there, readable, in time, and not due for longer than renewal takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from shlex import quote

from zato.doctor.finding import Finding
from zato.host.layout import Layout
from zato.pki.components import renewed_by_the_cluster
from zato.pki.names import PUBLIC
from zato.pki.renewal import list_certificates, public_status


def check(layout: Layout, now: datetime) -> Iterator[Finding]:
    """Findings about the files in the PKI's directory."""
    readable, unusable = list_certificates(layout.pki, now)
    for file in unusable:
        yield Finding(file.reason, f"zato pki renew {quote(file.name)}")
    public = public_status(layout.pki, now)
    if public is not None and public.problem is not None:
        yield Finding(f"{public.problem} The last good one is shown.", "zato pki public")
    for each in readable:
        remedy = f"zato pki renew {quote(each.name)}"
        if each.name == "ca":
            remedy = "Make a new CA before then: every component and client needs a certificate of it."
        elif each.name == PUBLIC:
            remedy = "Have its issuer renew it; then: zato pki public CERTIFICATE KEY"
        elif not renewed_by_the_cluster(each.name):
            remedy = f"zato pki issue-client {quote(each.name)} --replace"
        elif layout.is_appliance:
            remedy = "systemctl start zato-pki.service"
        if now >= each.not_after:
            yield Finding(f"The certificate {each.name} has expired on {each.not_after:%Y-%m-%d %H:%M} UTC.", remedy)
        elif now < each.not_before:
            yield Finding(
                f"The certificate {each.name} is valid from {each.not_before:%Y-%m-%d %H:%M} UTC on: "
                "this machine's clock was, or is, wrong. Set the clock first.",
                f"timedatectl; {remedy}" if each.name == "ca" else "timedatectl; zato pki renew --all",
            )
        elif each.due:
            yield Finding(f"The certificate {each.name} expires on {each.not_after:%Y-%m-%d %H:%M} UTC.", remedy)
