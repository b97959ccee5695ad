"""What another cluster is added by."""

from __future__ import annotations

import re

from django import forms
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

_PORT = 11223
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PRINT = re.compile(r"[0-9a-f]{64}")


class ClusterForm(forms.Form):
    """All of it is on the machine with the cluster's balancer."""

    name = forms.CharField(
        label="Name",
        max_length=40,
        help_text="What it is called here: small letters, digits and hyphens.",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    url = forms.CharField(
        label="Address",
        max_length=300,
        help_text="Of its balancer: https://HOST:PORT",
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    fingerprint = forms.CharField(
        label="Fingerprint of its CA (SHA-256)",
        max_length=120,
        help_text="There: openssl x509 -noout -fingerprint -sha256 -in /etc/zato/pki/ca.crt",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if not _NAME.fullmatch(name):
            raise forms.ValidationError("Small letters, digits and hyphens, 40 at most, with no hyphen at the start.")
        return name

    def clean_url(self) -> str:
        try:
            parsed = parse_url(str(self.cleaned_data["url"]))
        except LocationParseError as error:
            raise forms.ValidationError("This is no URL; write https://HOST:PORT") from error
        rest = (parsed.auth, parsed.query, parsed.fragment, (parsed.path or "").strip("/"))
        if parsed.scheme != "https" or not parsed.host or any(rest):
            raise forms.ValidationError("Write https://HOST:PORT, without a user, a password or a path.")
        return f"https://{parsed.host}:{parsed.port or _PORT}"

    def clean_fingerprint(self) -> str:
        text = str(self.cleaned_data["fingerprint"]).rpartition("=")[2].replace(":", "").strip().lower()
        if not _PRINT.fullmatch(text):
            raise forms.ValidationError("A SHA-256 fingerprint has 64 hexadecimal digits, with or without colons.")
        return text
