"""Clusters beside the console's own."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """What they are known by."""

    dependencies: ClassVar = [("store", "0001_failed_sign_in")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ManagedCluster",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=300)),
                ("authority", models.TextField()),
                ("added", models.DateTimeField()),
                ("added_by", models.CharField(max_length=200)),
            ],
        ),
    ]
