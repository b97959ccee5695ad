"""Addresses of items."""

from __future__ import annotations

from django.urls import path

from zato.admin.items import changing, history, views

urlpatterns = [
    path("config/<str:kind>/", views.items, name="items"),
    path("config/<str:kind>/new", changing.new, name="new-item"),
    path("config/<str:kind>/i/<path:name>/history", history.history, name="item-history"),
    path("config/<str:kind>/i/<path:name>/restore", history.restore, name="restore-item"),
    path("config/<str:kind>/i/<path:name>/delete", views.delete, name="delete-item"),
    path("config/<str:kind>/i/<path:name>/ping", views.ping, name="ping-item"),
    path("config/<str:kind>/i/<path:name>/rotate", views.rotate, name="rotate-item"),
    path("config/<str:kind>/i/<path:name>/", changing.edit, name="item"),
]
