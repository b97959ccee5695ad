"""What a person sees where a command fails: a sentence, or the same as one JSON object; never a traceback."""

from __future__ import annotations

import json
from dataclasses import asdict
from shlex import quote
from typing import Any

import click

from zato.cli.output import below
from zato.core.errors import InvalidInput, SetupError, ZatoError
from zato.core.finding import Finding
from zato.core.suggestions import did_you_mean

USAGE = "usage"
_TOO_MANY = "Got unexpected extra argument"


def translated(error: ZatoError | OSError | UnicodeError) -> ZatoError:
    """The error as one of ours."""
    if isinstance(error, ZatoError):
        return error
    if isinstance(error, UnicodeError):
        return InvalidInput(f"What was given, or is to be shown, is not text in the right encoding: {error}.")
    where = f"{error.filename}: " if error.filename else ""
    return SetupError(f"The operating system refuses it: {where}{error.strerror or error}.", code="os-error")


def show(error: ZatoError, *, as_json: bool) -> None:
    """The error on standard error."""
    if as_json:
        _show_json(error.code, error.message, error.details, error.cid, error.findings)
        return
    click.echo(f"zato: {below(error.message)}", err=True)
    for detail in error.details:
        if detail.removeprefix("reason: ") not in error.message:
            click.echo(f"  {below(detail)}", err=True)
    if error.cid is not None and error.status >= 500:
        click.echo(f"  The server's log has more: zato log {quote(error.cid)}", err=True)


def show_usage(error: click.ClickException, *, as_json: bool) -> None:
    """What is wrong with how the command was called, with its usage, on standard error.

    Words that it does not take are not repeated: somebody may have given a secret.
    """
    if isinstance(error, click.UsageError) and error.message.startswith(_TOO_MANY):
        said = "There are more words than the command takes; they are not repeated here, as one may be a secret."
        error = click.UsageError(said, error.ctx)
    elif isinstance(error, click.NoSuchCommand) and error.ctx is not None:
        known = _commands(error.ctx)
        error = click.UsageError(
            f"There is no command {error.command_name[:120]!r}{did_you_mean(error.command_name, known)}", error.ctx
        )
    elif isinstance(error, click.NoSuchOption) and error.ctx is not None:
        known = _options(error.ctx)
        error = click.UsageError(
            f"There is no option {error.option_name[:120]!r}{did_you_mean(error.option_name, known)}", error.ctx
        )
    if not as_json:
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    details = (context.get_usage(),) if context is not None else ()
    _show_json(USAGE, error.format_message(), details, None)


def _commands(context: click.Context) -> list[str]:
    return context.command.list_commands(context) if isinstance(context.command, click.Group) else []


def _options(context: click.Context) -> list[str]:
    """The options of the command; those that may stand behind every command are the first one's."""
    commands = {context.command, context.find_root().command}
    parameters = [each for command in commands for each in command.get_params(context)]
    return sorted({name for each in parameters for name in (*each.opts, *each.secondary_opts) if name[:1] == "-"})


def _show_json(
    code: str, message: str, details: tuple[str, ...], cid: str | None, findings: tuple[Finding, ...] = ()
) -> None:
    found: dict[str, Any] = {"code": code, "message": message, "details": details, "cid": cid}
    if findings:
        found["findings"] = [asdict(finding) for finding in findings]
    click.echo(json.dumps({"error": found}, ensure_ascii=False), err=True)
