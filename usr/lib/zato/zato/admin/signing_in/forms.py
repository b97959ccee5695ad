"""What people fill in to get in."""

from __future__ import annotations

from typing import Any

from django import forms

_NAME = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})


class SignInForm(forms.Form):
    """The code is of whoever has a second factor."""

    name = forms.CharField(label="User name", max_length=200, widget=_NAME)
    password = forms.CharField(
        label="Password", max_length=200, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    code = forms.CharField(
        label="Code",
        max_length=40,
        required=False,
        help_text="Only if you have set up a second factor: six digits, or a recovery code.",
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "text"}),
    )


class FirstForm(forms.Form):
    """Whoever has the one-time token chooses a name and a password."""

    token = forms.CharField(label="One-time token", max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    name = forms.CharField(label="User name", max_length=200, widget=_NAME)
    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        help_text="From 8 characters to 72 bytes.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Password, again",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", "This is not the same password; type it once more.")
        return cleaned
