"""Addresses of one's own account."""

from __future__ import annotations

from django.urls import path

from zato.admin.account import second_factor, views

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/password", views.password, name="own-password"),
    path("account/second-factor", second_factor.second_factor, name="own-second-factor"),
    path("account/second-factor/confirm", second_factor.confirm, name="confirm-second-factor"),
    path("account/second-factor/disable", second_factor.disable, name="disable-second-factor"),
    path("account/sessions/end", views.end_sessions, name="end-own-sessions"),
]
