"""Addresses of servers."""

from __future__ import annotations

from django.urls import path

from zato.admin.servers import views

urlpatterns = [
    path("servers/", views.servers, name="servers"),
    path("servers/<int:number>/", views.server, name="server"),
    path("servers/<int:number>/drain", views.drain, name="drain"),
    path("servers/<int:number>/ready", views.ready, name="ready"),
    path("servers/<int:number>/doctor", views.doctor, name="doctor"),
]
