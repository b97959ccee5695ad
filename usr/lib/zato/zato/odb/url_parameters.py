"""Parameters that the URL of an ODB may have.

A driver takes over from it whatever its connect function knows, and that is a lot: files of this machine to be sent to
the server, other files with options, code to be loaded. So there are these few. Pure.
"""

from __future__ import annotations

from zato.core.errors import SetupError

_POSTGRESQL = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "krbsrvname",
        "options",
        "port",
        "ssl_min_protocol_version",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)
_MYSQL = frozenset(
    {
        "charset",
        "collation",
        "connect_timeout",
        "host",
        "port",
        "read_timeout",
        "ssl_ca",
        "ssl_capath",
        "ssl_cert",
        "ssl_check_hostname",
        "ssl_disabled",
        "ssl_key",
        "ssl_verify_cert",
        "ssl_verify_identity",
        "unix_socket",
        "use_unicode",
        "write_timeout",
    }
)
_ORACLE = frozenset({"mode", "purity", "service_name"})
_ALLOWED = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "oracle": _ORACLE, "sqlite": frozenset[str]()}


def check(dialect: str, names: frozenset[str]) -> None:
    """Raises SetupError that names the parameters which such a URL may not have, and those that it may."""
    allowed = _ALLOWED[dialect]
    unknown = sorted(names - allowed)
    if unknown:
        known = f"there are {', '.join(sorted(allowed))}" if allowed else "it has none"
        raise SetupError(
            f"The URL of the ODB has the parameter {', '.join(map(repr, unknown))}, which one of {dialect} may not "
            f"have; {known}.",
            code="invalid-odb-url",
        )
