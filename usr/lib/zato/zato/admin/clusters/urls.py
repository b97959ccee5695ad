"""Addresses of the clusters."""

from __future__ import annotations

from django.urls import path

from zato.admin.clusters import views

urlpatterns = [
    path("clusters/", views.clusters, name="clusters"),
    path("clusters/remove", views.remove, name="remove-cluster"),
]
