"""All of the console's addresses: a line for each room."""

from __future__ import annotations

from django.urls import include, path

from zato.admin.account.views import any_account
from zato.admin.errors import views as errors

_OF_CLUSTER = [
    path("", include("zato.admin.overview.urls")),
    path("", include("zato.admin.find.urls")),
    path("", include("zato.admin.items.urls")),
    path("", include("zato.admin.deployments.urls")),
    path("", include("zato.admin.services.urls")),
    path("", include("zato.admin.messages.urls")),
    path("", include("zato.admin.account.urls")),
    path("", include("zato.admin.users.urls")),
    path("", include("zato.admin.packages.urls")),
    path("", include("zato.admin.configuration.urls")),
    path("", include("zato.admin.logs.urls")),
    path("", include("zato.admin.audit.urls")),
    path("", include("zato.admin.servers.urls")),
    path("", include("zato.admin.certificates.urls")),
    path("", include("zato.admin.joining.urls")),
]

urlpatterns = [
    path("", include("zato.admin.signing_in.urls")),
    path("", include("zato.admin.clusters.urls")),
    path("account/", any_account, name="any-account"),
    path("c/<str:cluster>/", include(_OF_CLUSTER)),
]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.failed
