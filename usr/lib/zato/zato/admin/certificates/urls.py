"""The address of the certificates."""

from __future__ import annotations

from django.urls import path

from zato.admin.certificates import views

urlpatterns = [path("certificates/", views.certificates, name="certificates")]
