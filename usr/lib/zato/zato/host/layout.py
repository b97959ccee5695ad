"""Where everything lives: in one directory, such as `.zato/` in a checkout, or where Debian expects it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

APPLIANCE = Path("/var/lib/zato")
"""The directory of the cluster that Debian's packages make; its other parts are in /etc/zato and /run/zato."""
_APPLIANCE_CONFIGURATION = Path("/etc/zato")
_APPLIANCE_RUN = Path("/run/zato")


@dataclass(frozen=True, slots=True)
class ServerLayout:
    """Paths of server N. Unix socket paths are kept short: the kernel takes 107 bytes."""

    root: Path
    number: int
    config: Path
    """The server's own configuration, a git repository; `server.toml` in it."""
    run: Path
    """Sockets, worker locks, metrics: recreated at each start."""
    lighttpd: Path
    """Rendered configuration and user files of this server's lighttpd."""

    @property
    def pickup(self) -> Path:
        """Service files dropped here are deployed."""
        return self.root / "pickup"

    @property
    def settings(self) -> Path:
        """What administrators edit; `applied_settings` is what the server goes by."""
        return self.config / "server.toml"

    @property
    def applied_settings(self) -> Path:
        """The settings that were accepted last, written by the singleton."""
        return self.root / "applied" / self.settings.name

    @property
    def other_machines(self) -> Path:
        """A file that is there while the cluster has servers on other machines; the singleton makes it."""
        return self.root / "applied" / "other-machines"

    @property
    def applied_user_config(self) -> Path:
        """The `user_config` that was accepted last, written by the singleton."""
        return self.root / "applied" / self.user_config.name

    @property
    def front_socket(self) -> Path:
        """Where lighttpd connects to. The directory says who may."""
        return self.run / "front" / "http.sock"

    @property
    def health_socket(self) -> Path:
        """Where lighttpd asks about the server's health: however busy it is, it answers here."""
        return self.front_socket.with_name("health.sock")

    @property
    def edge_socket(self) -> Path:
        """Where HAProxy on this machine connects to lighttpd. The directory says who may."""
        return self.run / "edge" / "tls.sock"

    @property
    def internal_socket(self) -> Path:
        """The internal door, for Zato's own processes. The directory says who may."""
        return self.run / "internal" / "http.sock"

    @property
    def draining(self) -> Path:
        """A file that is there while the server is to get no new requests: see zato.host.draining."""
        return self.run / "draining"

    @property
    def snapshot(self) -> Path:
        """What the server knew last, to start from when the ODB is away."""
        return self.root / "snapshot.json"

    @property
    def user_config(self) -> Path:
        """Key-value settings that services read as self.user_config; edited as `settings` are."""
        return self.config / "user.toml"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of a cluster on this machine. That of APPLIANCE is spread over the system, any other is below `root`."""

    root: Path

    @property
    def is_appliance(self) -> bool:
        """Whether Debian's packages made it: its processes are systemd's, and each kind of them has its own user."""
        return self.root == APPLIANCE

    @property
    def configuration(self) -> Path:
        """What administrators may edit, and keys."""
        return _APPLIANCE_CONFIGURATION if self.is_appliance else self.root

    @property
    def settings(self) -> Path:
        return self.configuration / "zato.toml"

    @property
    def logging(self) -> Path:
        """Levels of single loggers."""
        return self.configuration / "logging.toml"

    @property
    def pki(self) -> Path:
        """`ca.crt`, `ca.key`, and `NAME.crt`, `NAME.key` for each component and client."""
        return self.configuration / "pki"

    @property
    def ca_certificate(self) -> Path:
        return self.pki / "ca.crt"

    @property
    def signing_socket(self) -> Path:
        """Where the machine with the CA signs for servers on other machines; there once a token was made."""
        return self.run / "pki" / "sign.sock"

    @property
    def secret_key(self) -> Path:
        """The key that secrets in the ODB are encrypted with."""
        return self.configuration / "secret.key"

    @property
    def first_token(self) -> Path:
        """The one-time token of the first administrator."""
        return self.configuration / "first-token"

    @property
    def odb(self) -> Path:
        """The embedded ODB. It needs a directory that those who use it may write to."""
        return self.root / "odb" / "odb.sqlite" if self.is_appliance else self.root / "odb.sqlite"

    @property
    def sqlite(self) -> Path:
        """SQLite files of services, unless the settings name another directory."""
        return self.root / "sqlite"

    @property
    def packages(self) -> Path:
        """Third-party packages for services."""
        return self.root / "packages"

    @property
    def haproxy(self) -> Path:
        """Rendered configuration of the balancer."""
        return self.root / "haproxy"

    @property
    def haproxy_socket(self) -> Path:
        """HAProxy's Runtime API, for its owner only."""
        return self.run / "haproxy" / "admin.sock"

    @property
    def haproxy_status_socket(self) -> Path:
        """Tells servers whether HAProxy runs, and lets nobody change anything."""
        return self.run / "haproxy" / "status.sock"

    @property
    def edge_figures(self) -> Path:
        """What the balancer has limited of late, for the metrics of this machine's servers."""
        return self.run / "haproxy" / "figures.json"

    @property
    def console(self) -> Path:
        """What the web console keeps of its own: sessions, who has failed to sign in, and other clusters."""
        return self.root / "console"

    @property
    def console_edge(self) -> Path:
        """Rendered configuration of the console's lighttpd, which on an appliance is another user than the console."""
        return self.root / "lighttpd-console" if self.is_appliance else self.console

    @property
    def console_socket(self) -> Path:
        """Where the console's lighttpd connects to. The directory says who may."""
        return self.run / "console" / "http.sock"

    @property
    def log(self) -> Path:
        """What the processes of a quickstart have said last; those of an appliance say it to the journal."""
        return self.root / "log"

    @property
    def log_socket(self) -> Path:
        """Where servers of an appliance ask for what Zato's units have said."""
        return self.run / "log" / "read.sock"

    @property
    def run(self) -> Path:
        return _APPLIANCE_RUN if self.is_appliance else self.root / "run"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as the cluster runs from this directory; the kernel releases it."""
        return self.run / "quickstart.lock"

    def server_numbers(self, configured: int) -> list[int]:
        """Servers of this machine: `configured` of them, or, on an appliance, those that were ever started."""
        if not self.is_appliance:
            return list(range(1, configured + 1))
        names = (path.parent.name for path in self.configuration.glob("server-*/server.toml"))
        return sorted(int(name.removeprefix("server-")) for name in names if name.removeprefix("server-").isdecimal())

    def server(self, number: int) -> ServerLayout:
        name = f"server-{number}"
        root = self.root / name
        if self.is_appliance:
            # lighttpd is another user's than the rest, to whom its directory must not belong
            lighttpd = self.root / f"lighttpd-{number}"
            return ServerLayout(root, number, self.configuration / name, self.run / name, lighttpd)
        return ServerLayout(root, number, root / "config", root / "run", root / "lighttpd")


APPLIANCE_LAYOUT = Layout(APPLIANCE)
