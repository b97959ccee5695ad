"""Renders what /etc/zato has of files for people: `python -m zato.config.conffiles etc/zato`."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import msgspec

from zato.config.settings_reference import Entry, entries
from zato.host.settings import ClusterSettings, ServerSettings

_WIDTH = 100
_EXAMPLES = {"workers": "4"}
"""Values of keys whose default is no constant."""
LOGGERS = {
    "zato.admin": "requests of the admin API that were refused",
    "zato.agent": "the agents of HAProxy and lighttpd: zato.agent.haproxy, zato.agent.lighttpd, zato.agent.api",
    "zato.broker": "RabbitMQ, and messages on their way",
    "zato.code": "loading of deployed code",
    "zato.config": "the configuration on the disk",
    "zato.deployment": "deployments",
    "zato.dispatcher": "services that fail",
    "zato.hotdeploy": "files in the pickup directory",
    "zato.http": "requests that fail by a fault of Zato's",
    "zato.limits": "limits of channels and principals",
    "zato.listener": "asynchronous invocations",
    "zato.odb": "the operational database: another one in its place",
    "zato.packages": "packages that services import",
    "zato.server": "a server's workers, and what they serve from",
    "zato.singleton": "what one process of a cluster does for all",
    "zato.worker": "threads and time limits of a worker",
    "gunicorn": "start and end of workers",
    "urllib3": "HTTP connections of outgoing REST",
    "sqlalchemy": "statements and pools: sqlalchemy.engine, sqlalchemy.pool",
}
"""Loggers of Zato and its libraries. Each service has one of its own name beside them."""
_LOGGING = """\
# Levels of single loggers: debug, info, warning or error. A logger that is not named here, nor one above it, goes by
# log_level of its server (zato config set server server-1 log_level=debug).
#
# A name stands for all loggers below it: "zato.agent" for "zato.agent.haproxy". The logger of a service has the name of
# the service. All processes of this machine read the file again when it was changed, within a second and with the next
# line that they write.

[levels]
#"orders.new" = "debug"
"""
_NOT_READ = """\
# All settings of {file} with their defaults. Nothing reads this file: what is to be another value goes into
# {place}, where a line such as those below, without the #, says so.
"""


def render() -> dict[str, str]:
    """Text by path below etc/zato, the same for the same settings."""
    return {
        "defaults/zato.toml": _defaults("zato.toml", "/etc/zato/zato.toml", ClusterSettings),
        "defaults/server.toml": _defaults("server.toml", "/etc/zato/server-N/server.toml", ServerSettings),
        "logging.toml": _LOGGING
        + "\n"
        + "".join(f'# {meaning}\n#"{name}" = "info"\n' for name, meaning in LOGGERS.items()),
    }


def _defaults(file: str, place: str, struct: type[msgspec.Struct]) -> str:
    return _NOT_READ.format(file=file, place=place) + "".join(f"\n{_explained(entry)}" for entry in entries(struct))


def _explained(entry: Entry) -> str:
    lines = textwrap.wrap(entry.meaning.replace("`", ""), _WIDTH, break_long_words=False, break_on_hyphens=False)
    if entry.computed:
        lines.append(f"By default: the {entry.default}.")
    value = _EXAMPLES.get(entry.key) or entry.default or '""'
    return "".join(f"# {line}\n" for line in lines) + f"#{entry.key} = {value}\n"


def write(directory: Path) -> None:
    """Replace what is there."""
    for name, text in render().items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
