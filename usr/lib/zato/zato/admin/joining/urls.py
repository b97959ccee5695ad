"""Addresses of joining."""

from __future__ import annotations

from django.urls import path

from zato.admin.joining import views

urlpatterns = [
    path("joining/", views.joining, name="joining"),
    path("joining/cancel", views.cancel, name="cancel-joining-token"),
]
