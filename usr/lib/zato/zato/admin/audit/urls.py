"""Addresses of the audit log."""

from __future__ import annotations

from django.urls import path

from zato.admin.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/export.csv", views.export, name="audit-export"),
]
