"""The repositories of this machine's servers."""

from __future__ import annotations

from collections.abc import Sequence

from zato.config.configuration import Configuration
from zato.config.kinds.server import SERVER
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.singleton.repository.server import ServerRepository

_PAUSE_SECONDS = 2.0


class RepositoryReconciler:
    """Goes through all of them; what fails is said once, and tried again."""

    def __init__(self, repositories: Sequence[ServerRepository], clock: Clock) -> None:
        self._repositories = repositories
        self._clock = clock
        self._not_before = 0.0
        self._said: dict[str, str] = {}
        self._log = get_logger("zato.singleton.repository")

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        for repository in self._repositories:
            repository.follow(configuration.get(SERVER.name, repository.name))

    def step(self) -> None:
        """Looks at each repository once."""
        if self._clock.monotonic() < self._not_before:
            return
        for repository in self._repositories:
            try:
                repository.step()
                self._said.pop(repository.name, None)
            except (ZatoError, OSError) as error:
                self._not_before = self._clock.monotonic() + _PAUSE_SECONDS
                if self._said.get(repository.name) != str(error):
                    self._said[repository.name] = str(error)
                    self._log.warning(
                        "The repository of the configuration cannot be kept; trying again",
                        server=repository.name,
                        reason=str(error),
                    )
