"""The console as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from zato.admin.console import make_console
from zato.admin.serving import THREADS
from zato.admin.store.opening import migrate
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings


def make_application(layout: Layout, cluster: ClusterSettings) -> Callable[..., Any]:
    """After `configure`, in the process that answers. Raises SetupError where certificates are missing."""
    application = get_wsgi_application()
    migrate()
    # It has models, which are there once Django is
    from zato.admin.clusters.managing import with_others

    own = make_console(layout, cluster, connections=THREADS)
    settings.CONSOLE = with_others(own, settings.CONSOLE_DIRECTORY, connections=THREADS)
    return application
