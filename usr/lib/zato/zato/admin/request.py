"""What views of a cluster's pages are called with."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from zato.admin.console import Cluster
from zato.admin.signing_in.people import Person
from zato.client.api import ApiClient


class PersonRequest(HttpRequest):
    """A request of somebody who has signed in to `cluster`; `api` acts with their rights, and no others."""

    cluster: Cluster
    person: Person
    api: ApiClient

    @staticmethod
    def complete(request: HttpRequest, cluster: Cluster, person: Person) -> None:
        """Gives a request what it has from now on."""
        known = cast(PersonRequest, request)
        known.cluster, known.person = cluster, person
        known.api = cluster.as_person(person.token)
