"""The settings of a server as its gunicorn master knows them, which has no ODB."""

from __future__ import annotations

from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.logs import get_logger, set_level
from zato.host.settings import ServerSettings, load_server

_log = get_logger("zato.server")


class AppliedSettings:
    """Follows the file that the singleton writes."""

    def __init__(self, layout: Layout, settings: ServerSettings) -> None:
        self._layout = layout
        self._settings = settings
        self._path = layout.server(settings.number).applied_settings
        self._seen = self._look()

    def current(self) -> ServerSettings:
        """The settings as they are now, or, where they cannot be read, as they were."""
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            try:
                self._settings = load_server(self._layout, self._settings.number)
            except SetupError as error:
                _log.warning("The settings stay what they were", reason=error.message)
            set_level(self._settings.log_level)
        return self._settings

    def _look(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns
