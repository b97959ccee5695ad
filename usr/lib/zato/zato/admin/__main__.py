"""python -m zato.admin --root DIR: the web console, behind a lighttpd of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from zato.core.errors import SetupError
from zato.host.process import cluster_process, or_end


def main() -> int:
    process = cluster_process("zato.admin", "console", __doc__)
    # Not before a process is the console: Django is no concern of those that are forked from the same supervisor
    from zato.admin.django_settings import configure
    from zato.admin.edge_watch import EdgeWatch
    from zato.admin.serving import ConsoleApplication
    from zato.admin.store.opening import open_store

    layout, cluster = process.layout, process.cluster
    with or_end():
        if not layout.ca_certificate.is_file():
            raise SetupError(f"{layout.ca_certificate} is missing: the console could not know its own cluster.")
        open_store(layout)
        configure(layout, cluster)

    def load() -> Callable[..., Any]:
        from zato.admin.wsgi import make_application

        return make_application(layout, cluster)

    ConsoleApplication(layout, load, EdgeWatch(layout, cluster).start).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
