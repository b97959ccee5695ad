"""Addresses of the configuration as a whole."""

from __future__ import annotations

from django.urls import path

from zato.admin.configuration import files, revisions

urlpatterns = [
    path("revisions/", revisions.revisions, name="revisions"),
    path("revisions/diff", revisions.diff, name="revisions-diff"),
    path("revisions/rollback", revisions.rollback, name="revisions-rollback"),
    path("configuration/", files.transfer, name="transfer"),
    path("configuration/export.yaml", files.export, name="export"),
]
