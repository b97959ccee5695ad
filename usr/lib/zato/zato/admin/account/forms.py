"""What people fill in about their own account."""

from __future__ import annotations

from typing import Any

from django import forms

_NOW = forms.PasswordInput({"autocomplete": "current-password"})
_NEW = forms.PasswordInput({"autocomplete": "new-password"})
_CODE = forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false"})


def _password(label: str, widget: forms.PasswordInput, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget, **more)


class PasswordForm(forms.Form):
    """Another password."""

    old = _password("Present password", _NOW)
    new = _password("New password", _NEW, help_text="From 8 characters to 72 bytes.")
    again = _password("New password, again", _NEW)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "This is not the same password; type it once more.")
        return cleaned


class BeginForm(forms.Form):
    """A second factor takes the password, which whoever finds an open browser does not know."""

    password = _password("Password", _NOW)


class ConfirmForm(forms.Form):
    """The first code of an application."""

    code = forms.CharField(
        label="Code", max_length=40, widget=_CODE, help_text="The six digits that your application shows now."
    )


class DisableForm(forms.Form):
    """Ends a second factor."""

    password = _password("Password", _NOW)
    code = forms.CharField(
        label="Code", max_length=40, widget=_CODE, help_text="Six digits of your application, or a recovery code."
    )
