"""python -m benchmarks.bare_server OPTION...: benchmarks.bare on our own worker, with gunicorn's options."""

from __future__ import annotations

from gunicorn.app.wsgiapp import WSGIApplication

from zato.host.settings import ServerSettings
from zato.serving.memory import Memory

_SETTINGS = ServerSettings()


class BareApplication(WSGIApplication):  # type: ignore[misc]
    """Has for the worker what it cannot do without."""

    def memory(self) -> Memory:
        return Memory(lambda: _SETTINGS.memory_bytes_max)


if __name__ == "__main__":
    BareApplication("python -m benchmarks.bare_server [OPTIONS] [APP_MODULE]").run()
