"""From a configuration and the code it activates to what requests are served from and by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zato.config.configuration import Configuration
from zato.config.derived import Derived
from zato.config.kinds import letting_in
from zato.config.kinds.balancer import BALANCER
from zato.config.kinds.server import SERVER
from zato.config.kinds.service import SERVICE
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.core.collection import collection_paused
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.security.authentication import SecurityIndex
from zato.security.passwords import Passwords
from zato.service.user_config import UserConfigFile
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.dispatcher import Dispatcher
from zato.serving.limited import LimitedCalls
from zato.serving.limits.admission import Admission
from zato.serving.limits.limit import principals_limits
from zato.serving.routing import Routes
from zato.serving.served_revision import ServedRevision
from zato.serving.snapshot import Snapshot


class RevisionBuilder:
    """Builds what is served. What is the same as in the one before is carried over: connections, routes, counters.

    So a change takes as long as what is changed, not as all that there is.
    """

    def __init__(
        self,
        *,
        asynchronous: AsyncInvocations,
        metrics: Metrics,
        secrets: SecretBox,
        passwords: Passwords,
        admission: Admission,
        user_config: UserConfigFile,
        settings: ServerSettings,
        outgoing: OutgoingConnections,
    ) -> None:
        """`outgoing` has no connections yet; `settings` are those that hold until the configuration says others."""
        self._asynchronous = asynchronous
        self._secrets = secrets
        self._user_config = user_config
        self._settings = settings
        self._outgoing = outgoing
        self._limited = LimitedCalls()
        self._routes = Routes(metrics, admission)
        letting_in_kinds = [kind.name for kind in letting_in()]
        self._security = Derived(
            [*letting_in_kinds, BALANCER.name],
            lambda configuration: SecurityIndex(configuration, self._secrets, passwords),
        )
        self._principals = Derived(letting_in_kinds, principals_limits)
        self._services = Derived([SERVICE.name], _services_of)

    def outdated(self) -> bool:
        """Whether what the same configuration is served from would be different by now."""
        return self._user_config.changed()

    def build(self, configuration: Configuration, codes: CodeSet, problems: Sequence[str] = ()) -> ServedRevision:
        """A new one. Does not touch the network. `problems` are those of the code, which it adds its own to."""
        with collection_paused():
            return self._built(configuration, codes, problems)

    def _built(self, configuration: Configuration, codes: CodeSet, problems: Sequence[str]) -> ServedRevision:
        self._outgoing = self._outgoing.refreshed(configuration, self._secrets)
        security = self._security.of(configuration)
        limits, inactive = self._services.of(configuration)
        snapshot = Snapshot(
            configuration=configuration,
            codes=codes,
            settings=_settings_of(configuration, self._settings),
            security=security,
            limits=limits,
            inactive=inactive,
            principals=self._principals.of(configuration),
            outgoing=self._outgoing,
            user_config=self._user_config.current(),
            problems=(*problems, *security.problems, *self._outgoing.problems),
        )
        dispatcher = Dispatcher(snapshot, self._limited, self._asynchronous)
        return ServedRevision(snapshot, dispatcher, self._routes.of(configuration, snapshot.settings))


def _services_of(configuration: Configuration) -> tuple[Mapping[str, float], frozenset[str]]:
    """The time limits of services that have one, and the names of those that are switched off."""
    services = configuration.values(SERVICE)
    limits = {
        name: value.time_limit_seconds for name, value in services.items() if value.time_limit_seconds is not None
    }
    return limits, frozenset(name for name, value in services.items() if not value.active)


def _settings_of(configuration: Configuration, known: ServerSettings) -> ServerSettings:
    """What the server that `known` is of goes by: its item, or `known` itself where the configuration has none.

    The form of log lines is the one of the start.
    """
    value = configuration.value(SERVER, f"server-{known.number}")
    if value is None:
        return known
    return ServerSettings(**{**value.settings(), "number": known.number, "log_format": known.log_format})
