"""Addresses of users."""

from __future__ import annotations

from django.urls import path

from zato.admin.users import views

urlpatterns = [
    path("users/", views.users, name="users"),
    path("users/<path:name>/sessions/end", views.end_sessions, name="end-sessions-of"),
    path("users/<path:name>/second-factor/remove", views.remove_factor, name="remove-second-factor"),
    path("users/<path:name>/", views.user, name="user"),
]
