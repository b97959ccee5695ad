"""Django's settings, made from those of the cluster: there is no settings module."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings

from zato.admin.store.opening import store_file
from zato.host.files import read_plain, write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

HERE = Path(__file__).parent
IDLE_SECONDS = 30 * 60
"""Whoever has not used the console for so long signs in again."""
UPLOAD_BYTES_MAX = 10 * 1024 * 1024
"""As much as servers take of a request unless their settings say otherwise."""


def configure(layout: Layout, cluster: ClusterSettings) -> None:
    """Django as the console uses it; `application` adds how clusters are reached."""
    settings.configure(**values(layout, cluster))


def values(layout: Layout, cluster: ClusterSettings) -> dict[str, Any]:
    """The settings by name."""
    return {
        "DEBUG": False,
        "CONSOLE_DIRECTORY": layout.console.absolute(),
        "SECRET_KEY": _secret(layout),
        # No URL is made from the host's name, so any name that leads here may be used
        "ALLOWED_HOSTS": ["*"],
        "ROOT_URLCONF": "zato.admin.urls",
        "INSTALLED_APPS": ["django.contrib.sessions", "django.contrib.messages", "zato.admin.store"],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "csp.middleware.CSPMiddleware",
            "zato.admin.errors.middleware.ErrorPages",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "zato.admin.signing_in.middleware.SignedIn",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.messages.context_processors.messages",
                        "zato.admin.page.page",
                    ],
                    "libraries": {"console": "zato.admin.tags"},
                    "builtins": ["zato.admin.tags"],
                },
            }
        ],
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": store_file(layout),
                "OPTIONS": {
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 5,
                },
                "CONN_MAX_AGE": None,
            }
        },
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": False,
        # What a person may do is in a session of the cluster; this one only holds its token, on this side
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        "SESSION_COOKIE_NAME": "__Host-zato",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_COOKIE_AGE": IDLE_SECONDS,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": "__Host-zato-csrf",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_FAILURE_VIEW": "zato.admin.errors.views.csrf_failure",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [NONE],
                "script-src": [SELF],
                "style-src": [SELF],
                "img-src": [SELF],
                "font-src": [SELF],
                "connect-src": [SELF],
                "form-action": [SELF],
                "frame-ancestors": [NONE],
                "base-uri": [NONE],
            }
        },
        "DATA_UPLOAD_MAX_MEMORY_SIZE": UPLOAD_BYTES_MAX,
        "FILE_UPLOAD_MAX_MEMORY_SIZE": UPLOAD_BYTES_MAX,
        "LOGGING_CONFIG": None,
    }


def _secret(layout: Layout) -> str:
    """Of this console alone: what it signs is worth nothing elsewhere. Made at the first start."""
    path = layout.console / "secret"
    if not path.exists():
        write_atomically(path, secrets.token_urlsafe(48).encode("ascii"))
    return read_plain(path).decode("ascii")
