"""Where everything lives in a cluster's directory: `.zato/` in a checkout, ZATO_HOME, or any other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerLayout:
    """Paths of server N. Unix socket paths are kept short: the kernel takes 107 bytes."""

    root: Path
    number: int

    @property
    def pickup(self) -> Path:
        """Service files dropped here are deployed."""
        return self.root / "pickup"

    @property
    def config(self) -> Path:
        """The server's own configuration, a git repository; `server.toml` in it."""
        return self.root / "config"

    @property
    def settings(self) -> Path:
        return self.config / "server.toml"

    @property
    def run(self) -> Path:
        """Sockets, worker locks, metrics: recreated at each start."""
        return self.root / "run"

    @property
    def front_socket(self) -> Path:
        """Where lighttpd connects to."""
        return self.run / "front.sock"

    @property
    def internal_socket(self) -> Path:
        """The second door, for Zato's own processes."""
        return self.run / "internal.sock"

    @property
    def draining(self) -> Path:
        """There while the server is to get no new requests: see zato.host.draining."""
        return self.run / "draining"

    @property
    def snapshot(self) -> Path:
        """What the server knew last, to start from when the ODB is away."""
        return self.root / "snapshot.json"

    @property
    def lighttpd(self) -> Path:
        """Rendered configuration and user files of this server's lighttpd."""
        return self.root / "lighttpd"

    @property
    def user_config(self) -> Path:
        """Key-value settings that services read as self.user_config."""
        return self.config / "user.toml"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of a cluster on this machine."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "zato.toml"

    @property
    def pki(self) -> Path:
        """`ca.crt`, `ca.key`, and `NAME.crt`, `NAME.key` for each component and client."""
        return self.root / "pki"

    @property
    def ca_certificate(self) -> Path:
        return self.pki / "ca.crt"

    @property
    def secret_key(self) -> Path:
        """The key that secrets in the ODB are encrypted with."""
        return self.root / "secret.key"

    @property
    def odb(self) -> Path:
        """The embedded ODB."""
        return self.root / "odb.sqlite"

    @property
    def haproxy(self) -> Path:
        """Rendered configuration of the balancer."""
        return self.root / "haproxy"

    @property
    def haproxy_socket(self) -> Path:
        """HAProxy's Runtime API, for its owner only."""
        return self.run / "haproxy.sock"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as the cluster runs from this directory; the kernel releases it."""
        return self.run / "quickstart.lock"

    def server(self, number: int) -> ServerLayout:
        return ServerLayout(self.root / f"server-{number}", number)
