"""Addresses of finding."""

from __future__ import annotations

from django.urls import path

from zato.admin.find import views

urlpatterns = [path("find", views.find, name="find")]
