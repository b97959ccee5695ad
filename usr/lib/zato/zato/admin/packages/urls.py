"""Addresses of packages."""

from __future__ import annotations

from django.urls import path

from zato.admin.packages import views, wheels

urlpatterns = [
    path("packages/", views.packages, name="packages"),
    path("packages/wheels/", wheels.wheels, name="wheels"),
    path("packages/wheels/discard", wheels.discard, name="discard-wheels"),
]
