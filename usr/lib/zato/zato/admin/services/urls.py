"""Addresses of services."""

from __future__ import annotations

from django.urls import path

from zato.admin.services import invoking, views

urlpatterns = [
    path("services/", views.services, name="services"),
    path("services/<path:name>/invoke", invoking.invoke, name="invoke"),
    path("services/<path:name>/", views.service, name="service"),
]
