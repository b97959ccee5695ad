"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from zato.admin.messages import views, waiting

urlpatterns = [
    path("messages/dead/", views.dead_letters, name="dead-letters"),
    path("messages/dead/change", views.change, name="change-dead-letters"),
    path("messages/dead/<str:message>/", views.dead_letter, name="dead-letter"),
    path("messages/waiting/", waiting.messages_waiting, name="waiting-messages"),
    path("messages/waiting/hold", waiting.hold, name="hold"),
    path("messages/waiting/release", waiting.release, name="release"),
    path("messages/waiting/discard", waiting.discard, name="discard"),
]
