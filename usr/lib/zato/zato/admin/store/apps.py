"""The console's tables as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its tables are called `store_...`."""

    name = "zato.admin.store"
    label = "store"
