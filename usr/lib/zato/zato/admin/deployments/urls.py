"""Addresses of deployments."""

from __future__ import annotations

from django.urls import path

from zato.admin.deployments import deploying, views

urlpatterns = [
    path("deployments/", views.deployments, name="deployments"),
    path("deployments/new", deploying.new, name="deploy"),
    path("deployments/files/<path:file_name>/undeploy", views.undeploy, name="undeploy"),
    path("deployments/<int:number>/", views.deployment, name="deployment"),
    path("deployments/<int:number>/source", views.source, name="deployment-source"),
    path("deployments/<int:number>/activate", views.activate, name="activate"),
]
