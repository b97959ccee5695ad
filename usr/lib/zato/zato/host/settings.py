"""Settings of a cluster and of its servers, read once from TOML files into frozen values."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from zato.core.errors import SetupError
from zato.core.limits import TIME_LIMIT_SECONDS_MAX
from zato.core.mismatches import Mismatch, mismatches
from zato.host.files import read_plain
from zato.host.layout import Layout

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Days = Annotated[int, msgspec.Meta(ge=0, le=36_500)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]

_S = TypeVar("_S", bound=msgspec.Struct)


class ClusterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that all processes of a cluster on this machine share: `zato.toml`."""

    name: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")] = "zato"
    """Letters, digits, dots, hyphens and underscores. It is kept in the ODB and in the CA, so it cannot be changed."""
    odb: str = ""
    """SQLAlchemy URL of the ODB, which names its driver. Without it, the SQLite file `odb.sqlite` beside this one."""
    odb_ca: str = ""
    """PEM file of the authority that the ODB's certificate is verified by; the machine's authorities unless set."""
    odb_certificate: str = ""
    """PEM file of this side's own certificate, where the database asks for one."""
    odb_key: str = ""
    """PEM file of the key of `odb_certificate`."""
    sqlite_directory: Annotated[str, msgspec.Meta(pattern="^(/.*)?$")] = ""
    """Directory of the SQLite files that services use; `sqlite` beside the other data unless set. On an appliance the
    units of the servers need `ReadWritePaths` for another one."""
    packages_index_url: str = ""
    """Index that pip installs packages for services from; that of the machine's pip.conf unless set, and `none` for no
    index at all."""
    packages_find_links: Annotated[str, msgspec.Meta(pattern="^(/.*)?$")] = ""
    """Directory with wheels that pip looks into as well, for machines without an index."""
    hosts: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("localhost",)
    """Names and addresses that clients use; the next start puts them into the certificates. The first is used here."""
    bind: str = "127.0.0.1"
    """Address that HAProxy listens on."""
    lighttpd_bind: str = ""
    """Address that lighttpd and the agents listen on. Without it, they listen on loopback until another machine joins,
    and as HAProxy does from then on."""
    lb_port: Port = 11223
    """Port of the load balancer."""
    lighttpd_port: Port = 17010
    """Port of server 1's lighttpd; server N has the N-1-th after it."""
    haproxy_agent_port: Port = 20151
    """Port of HAProxy's agent, which lets in the administrator's certificate only."""
    lighttpd_agent_port: Port = 20161
    """Port of the agent of server 1's lighttpd; server N has the N-1-th after it. It lets in the administrator only."""
    console: bool = True
    """Whether the web console runs on this machine."""
    console_port: Port = 8183
    """Port of the web console, on the address that HAProxy listens on."""
    servers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    """Servers on this machine. After raising it, run `zato quickstart create DIR` before the next start."""
    log_format: LogFormat = "text"
    """Form of the log lines; HAProxy's are always JSON."""
    audit_days: Days = 365
    """How long entries of the audit log are kept; 0 for ever. Of these four, the first machine's settings count."""
    history_days: Days = 365
    """How long the history of the configuration can be rolled back to; 0 for ever."""
    dead_letter_days: Days = 90
    """How long dead letters are kept; 0 for ever."""
    deployment_days: Days = 365
    """How long versions of deployed files are kept that are not active, nor needed by the history; 0 for ever."""
    broker: Annotated[str, msgspec.Meta(pattern="^(amqps://[^@/]+/[^/?#]+)?$")] = ""
    """A RabbitMQ: hosts and a virtual host, such as `amqps://rabbit-1:5671,rabbit-2:5671/zato`. Servers log in by their
    certificates. Without it, the broker is embedded."""
    balancer: Annotated[str, msgspec.Meta(pattern=r"^(|\S+:[0-9]{1,5})$")] = ""
    """On a machine that has joined a cluster: host and port of its balancer. `zato server join` writes it."""
    balancer_name: str = ""
    """The name in the balancer's certificate, where `balancer` is another one. `zato server join` writes it."""

    def sqlite_directory_of(self, layout: Layout) -> Path:
        """Where the SQLite files of services are on this machine."""
        return Path(self.sqlite_directory) if self.sqlite_directory else layout.sqlite

    @property
    def has_joined(self) -> bool:
        """Whether the cluster's CA and balancer are on another machine."""
        return bool(self.balancer)

    @property
    def balancer_place(self) -> tuple[str, int]:
        """Host and port of `balancer`."""
        host, _, port = self.balancer.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def host(self) -> str:
        """The name that this machine's own clients use."""
        return self.hosts[0]

    def lighttpd_port_of(self, number: int) -> int:
        """Port of server `number`'s lighttpd."""
        return self.lighttpd_port + number - 1

    def lighttpd_agent_port_of(self, number: int) -> int:
        """Port of the agent of server `number`'s lighttpd."""
        return self.lighttpd_agent_port + number - 1


Workers = Annotated[int, msgspec.Meta(ge=1, le=256)]
ThreadsMax = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
TimeLimitSeconds = Annotated[float, msgspec.Meta(gt=0, le=TIME_LIMIT_SECONDS_MAX)]
MaxBodyBytes = Annotated[int, msgspec.Meta(ge=1024)]
UploadsBytesMax = Annotated[int, msgspec.Meta(ge=1024**2)]
MaxJsonBytes = Annotated[int, msgspec.Meta(ge=1024)]
MemoryBytesMax = Annotated[int, msgspec.Meta(ge=16 * 1024 * 1024)]
DrainSeconds = Annotated[float, msgspec.Meta(ge=0, le=60)]
StuckSeconds = Annotated[float, msgspec.Meta(ge=2, le=600)]

WORKERS = msgspec.Meta(description="Processes that execute services; as many as CPUs unless set.")
THREADS_MAX = msgspec.Meta(description="Requests that one worker handles at the same time at most.")
TIME_LIMIT_SECONDS = msgspec.Meta(description="For services that set none of their own.")
MAX_BODY_BYTES = msgspec.Meta(description="Largest body of a request.")
UPLOADS_BYTES_MAX = msgspec.Meta(
    description="Space on the disk for bodies of requests that are on their way, which lighttpd keeps in files from 64 "
    "KiB on; one whose length is not told counts as three times `max_body_bytes`. What would need more is answered "
    "with 503. One source has a quarter of it, unless it is exempt, and what would need more is answered with 429."
)
MAX_JSON_BYTES = msgspec.Meta(
    description="Largest body of a request to a REST channel that does not say so itself, as JSON takes many times the "
    "memory of its size; `max_body_bytes` where that is less."
)
MEMORY_BYTES_MAX = msgspec.Meta(
    description="Memory that one worker has for the bodies of all requests that it handles at the same time, as it "
    "estimates them; who finds none waits for a second and is then told to come again (503)."
)
DRAIN_SECONDS = msgspec.Meta(
    description="How long a server of several goes on after it was told to stop, while HAProxy notices: a few health "
    "checks."
)
STUCK_SECONDS = msgspec.Meta(
    description="A worker in which nothing has moved for so long, as a service keeps all its threads from running, is "
    "ended and replaced."
)
LOG_LEVEL = msgspec.Meta(description="The least important lines that are written.")
LOG_FORMAT = msgspec.Meta(description="Form of the log lines from the next start on; the cluster's unless set.")


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one server: `server.toml` in its repository. The number is the directory's, not in the file."""

    number: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    workers: Annotated[Workers, WORKERS] = msgspec.field(default_factory=lambda: os.cpu_count() or 1)
    threads_max: Annotated[ThreadsMax, THREADS_MAX] = 512
    time_limit_seconds: Annotated[TimeLimitSeconds, TIME_LIMIT_SECONDS] = 60.0
    max_body_bytes: Annotated[MaxBodyBytes, MAX_BODY_BYTES] = 10 * 1024 * 1024
    uploads_bytes_max: Annotated[UploadsBytesMax, UPLOADS_BYTES_MAX] = 2 * 1024 * 1024 * 1024
    max_json_bytes: Annotated[MaxJsonBytes, MAX_JSON_BYTES] = 1024 * 1024
    memory_bytes_max: Annotated[MemoryBytesMax, MEMORY_BYTES_MAX] = 512 * 1024 * 1024
    drain_seconds: Annotated[DrainSeconds, DRAIN_SECONDS] = 2.0
    stuck_seconds: Annotated[StuckSeconds, STUCK_SECONDS] = 30.0
    log_level: Annotated[LogLevel, LOG_LEVEL] = "info"
    log_format: Annotated[LogFormat | None, LOG_FORMAT] = None


SERVER_SETTINGS = tuple(field.name for field in msgspec.structs.fields(ServerSettings) if field.name != "number")
"""Keys that `server.toml` may have, and fields of the items of kind `server`."""


def load_cluster(layout: Layout) -> ClusterSettings:
    """The cluster's settings, `odb` filled in. Raises SetupError that names file, key and what would be right."""
    if not layout.settings.is_file():
        raise SetupError(
            f"There is no cluster in {layout.root}. Name the directory of one by --home, or log in to one elsewhere "
            f"(zato login URL). To create one: zato quickstart create {quote(str(layout.root))}",
            code="no-cluster",
        )
    return cluster_settings(layout.settings, layout)


def cluster_settings(path: Path, layout: Layout) -> ClusterSettings:
    """What a file in the form of `zato.toml` says of the cluster that has, or is to have, this layout."""
    return with_odb(_load(path, ClusterSettings), layout)


def with_odb(settings: ClusterSettings, layout: Layout) -> ClusterSettings:
    """The ODB is a file of the cluster's own where they name none."""
    if settings.odb:
        return settings
    return msgspec.structs.replace(settings, odb=f"sqlite:///{layout.odb.absolute()}")


def load_server(layout: Layout, number: int) -> ServerSettings:
    """Settings of server `number` as they were accepted last: an edit that was not, or not yet, has no part in them."""
    paths = layout.server(number)
    path = paths.applied_settings if paths.applied_settings.is_file() else paths.settings
    if not path.is_file():
        lost = (path.parent / ".git").is_dir()
        what = "has lost its settings; restore them" if lost else "was not created yet; create it"
        how = f"zato quickstart create {quote(str(layout.root))}"
        if layout.is_appliance:
            how = f"systemctl restart zato-server@{number}"
        raise SetupError(f"Server {number} {what} with: {how}", code="no-server")
    settings = server_settings(path, number)
    if settings.log_format is None:
        settings = msgspec.structs.replace(settings, log_format=load_cluster(layout).log_format)
    return settings


def server_settings(path: Path, number: int) -> ServerSettings:
    """What a file in the form of `server.toml` says. Raises SetupError that names key and what would be right."""
    return _convert(path, {**parse_toml(path, read_settings(path)), "number": number}, ServerSettings)


def check_server_values(path: Path, values: dict[str, Any]) -> None:
    """Raises SetupError where these, read from `path`, are no settings of a server."""
    if "number" in values:
        raise SetupError(f"{path} has the key number; a server's number is its directory's.", code="invalid-settings")
    _convert(path, values, ServerSettings)


def parse_toml(path: Path, data: bytes) -> dict[str, Any]:
    """The values of a TOML document that was read from `path`. Raises SetupError where it is none."""
    try:
        return tomllib.loads(data.decode("utf-8"))
    except ValueError as error:  # TOML and UTF-8 errors alike
        raise SetupError(f"{path} is not valid TOML: {error}.", code="invalid-settings") from error


def _load(path: Path, struct: type[_S]) -> _S:
    return _convert(path, parse_toml(path, read_settings(path)), struct)


def read_settings(path: Path) -> bytes:
    """A file of settings as it is. Raises SetupError where it cannot be read."""
    try:
        return read_plain(path, follow=True)
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error


def _convert(path: Path, values: dict[str, Any], struct: type[_S]) -> _S:
    try:
        return msgspec.convert(values, struct)
    except msgspec.ValidationError as error:
        said = [_explain(mismatch, struct) for mismatch in mismatches(values, struct).found]
        what = "a setting that is" if len(said) == 1 else "settings that are"
        raise SetupError(f"{path} has {what} not valid: {'; '.join(said)}.", code="invalid-settings") from error


def _explain(mismatch: Mismatch, struct: type[msgspec.Struct]) -> str:
    """`lb_port: expected ...`, and the known keys where one is unknown."""
    if mismatch.unknown:
        known = ", ".join(field.name for field in msgspec.structs.fields(struct) if field.name != "number")
        return f"there is no key `{mismatch.path}`; the keys are: {known}"
    return f"{mismatch.path}: {mismatch.reason}"
