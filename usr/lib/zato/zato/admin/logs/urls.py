"""Addresses of the log."""

from __future__ import annotations

from django.urls import path

from zato.admin.logs import views

urlpatterns = [
    path("logs/", views.logs, name="logs"),
    path("trace/", views.to_trace, name="to-trace"),
    path("trace/<str:cid>/", views.trace, name="trace"),
]
