"""The console's own tables."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class FailedSignIn(models.Model):
    """Somebody has given a wrong password, or code."""

    cluster: models.CharField[str, str] = models.CharField(max_length=60)
    name: models.CharField[str, str] = models.CharField(max_length=200)
    address: models.CharField[str, str] = models.CharField(max_length=45)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "store"
        indexes = (
            models.Index(fields=["cluster", "name"], name="store_faile_cluster_name"),
            models.Index(fields=["address"], name="store_faile_address"),
        )


class ManagedCluster(models.Model):
    """A cluster beside the console's own; nothing here lets anybody in."""

    name: models.CharField[str, str] = models.CharField(max_length=40, primary_key=True)
    url: models.CharField[str, str] = models.CharField(max_length=300)
    authority: models.TextField[str, str] = models.TextField()
    added: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    added_by: models.CharField[str, str] = models.CharField(max_length=200)

    class Meta:
        app_label = "store"
