"""Settings of a cluster and of its servers, read once from TOML files into frozen values."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from zato.core.errors import SetupError
from zato.core.limits import TIME_LIMIT_SECONDS_MAX
from zato.host.layout import Layout

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]

_S = TypeVar("_S", bound=msgspec.Struct)


class ClusterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that all processes of a cluster on this machine share: `zato.toml`."""

    name: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = "zato"
    """Letters, digits, dots, hyphens and underscores. It is kept in the ODB and in the CA, so it cannot be changed."""
    odb: str = ""
    """SQLAlchemy URL of the ODB, which names its driver. Without it, the SQLite file `odb.sqlite` beside this one."""
    hosts: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("localhost",)
    """Names and addresses that clients use; the next start puts them into the certificates. The first is used here."""
    bind: str = "127.0.0.1"
    """Address that HAProxy and lighttpd listen on."""
    lb_port: Port = 11223
    """Port of the load balancer."""
    lighttpd_port: Port = 17010
    """Port of server 1's lighttpd; server N has the N-1-th after it."""
    servers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Servers on this machine. After raising it, run `zato quickstart create DIR` before the next start."""
    log_format: LogFormat = "text"
    """Form of the log lines; HAProxy's are always JSON."""

    @property
    def host(self) -> str:
        """The name that this machine's own clients use."""
        return self.hosts[0]

    def lighttpd_port_of(self, number: int) -> int:
        """Port of server `number`'s lighttpd."""
        return self.lighttpd_port + number - 1


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one server: `server-N/config/server.toml`. The number is the directory's, not in the file."""

    number: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] = msgspec.field(default_factory=lambda: os.cpu_count() or 1)
    """Processes that execute services."""
    threads_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 512
    """Requests that one worker handles at the same time at most."""
    time_limit_seconds: Annotated[float, msgspec.Meta(gt=0, le=TIME_LIMIT_SECONDS_MAX)] = 60.0
    """For services that set none of their own."""
    max_body_bytes: Annotated[int, msgspec.Meta(ge=1024)] = 10 * 1024 * 1024
    """Largest body of a request."""
    drain_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] = 2.0
    """How long a server of several goes on after it was told to stop, while HAProxy notices: a few health checks."""
    log_level: LogLevel = "info"
    """The least important lines that are written."""
    log_format: LogFormat | None = None
    """Without it, the cluster's."""


def load_cluster(layout: Layout) -> ClusterSettings:
    """The cluster's settings, `odb` filled in. Raises SetupError that names file, key and what would be right."""
    if not layout.settings.is_file():
        raise SetupError(
            f"There is no cluster in {layout.root}; create one with: zato quickstart create {layout.root}",
            code="no-cluster",
        )
    settings = _load(layout.settings, ClusterSettings)
    if settings.odb:
        return settings
    return msgspec.structs.replace(settings, odb=f"sqlite:///{layout.odb.absolute()}")


def load_server(layout: Layout, number: int) -> ServerSettings:
    """Settings of server `number`, `log_format` filled in from the cluster's."""
    path = layout.server(number).settings
    if not path.is_file():
        repository = path.parent
        if (repository / ".git").is_dir():
            remedy = f"{path} is missing; restore it with: git -C {repository} checkout HEAD -- {path.name}"
        else:
            remedy = f"Server {number} was not created yet; create it with: zato quickstart create {layout.root}"
        raise SetupError(remedy, code="no-server")
    settings = _load(path, ServerSettings, number=number)
    if settings.log_format is None:
        settings = msgspec.structs.replace(settings, log_format=load_cluster(layout).log_format)
    return settings


def write_cluster(layout: Layout, settings: ClusterSettings) -> None:
    """Writes `zato.toml`, readable by its owner only since an ODB URL may hold a password."""
    _write(layout.settings, "Settings of this cluster; restart it after a change.", msgspec.structs.asdict(settings))


def write_server(layout: Layout, settings: ServerSettings) -> None:
    """Writes the server's `server.toml`."""
    values = msgspec.structs.asdict(settings)
    number = values.pop("number")
    _write(layout.server(number).settings, "Settings of this server; restart it after a change.", values)


def _load(path: Path, struct: type[_S], **known: Any) -> _S:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML and UTF-8 errors alike
        raise SetupError(f"{path} is not valid TOML: {error}.", code="invalid-settings") from error
    try:
        return msgspec.convert({**values, **known}, struct)
    except msgspec.ValidationError as error:
        raise SetupError(
            f"{path} has a setting that is not valid: {_explain(str(error), struct)}", code="invalid-settings"
        ) from error


def _explain(message: str, struct: type[msgspec.Struct]) -> str:
    """msgspec's words with `$.lb_port` turned into the key's name, and the known keys where one is unknown."""
    if message.startswith("Object contains unknown field"):
        known = ", ".join(field.name for field in msgspec.structs.fields(struct))
        return f"{message.replace('Object contains unknown field', 'there is no key')}; the keys are: {known}."
    reason, _, path = message.rpartition(" - at ")
    return f"{path.strip('`').removeprefix('$.')}: {reason[:1].lower()}{reason[1:]}." if reason else f"{message}."


def _write(path: Path, heading: str, values: dict[str, Any]) -> None:
    lines = [f"# {heading}"]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value not in (None, "")]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    temporary.replace(path)


def _toml(value: object) -> str:
    """A value as TOML; JSON's strings, numbers, booleans and arrays are TOML's too."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
