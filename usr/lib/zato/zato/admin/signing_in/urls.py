"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from zato.admin.signing_in import views

urlpatterns = [
    path("", views.index, name="index"),
    path("login", views.sign_in, name="sign-in"),
    path("logout", views.sign_out, name="sign-out"),
    path("first", views.first, name="first"),
    path("theme", views.theme, name="theme"),
]
