"""examples/countries without a server."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from support.databases import DatabaseServer, new_database
from zato.config.kinds import OutgoingSql
from zato.connector.sql.outgoing import SqlConnection
from zato.core.errors import NotFound, Unavailable
from zato.server.service import InvalidInput
from zato.testing import ServiceTestClient

SOURCE = Path(__file__).parents[2] / "examples" / "countries" / "countries.py"


@pytest.fixture(scope="module")
def countries() -> ModuleType:
    spec = importlib.util.spec_from_file_location("countries", SOURCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["countries"] = module  # services are named after their module
    spec.loader.exec_module(module)
    return module


def client_of(countries: ModuleType) -> ServiceTestClient:
    return ServiceTestClient(services=(countries.Load, countries.GetCountry))


@pytest.fixture(scope="module")
def client(countries: ModuleType) -> ServiceTestClient:
    """One whose database is filled."""
    made = client_of(countries)
    loaded = made.invoke(countries.Load).data
    assert loaded["countries"] > 200 and loaded["subdivisions"] > 4000
    return made


def search(client: ServiceTestClient, countries: ModuleType, **query: Any) -> list[str]:
    found = client.invoke(countries.Search, method="GET", query=query).data["countries"]
    return [each["alpha_2"] for each in found]


@pytest.mark.parametrize("code", ["FI", "fi", "FIN", "246"])
def test_a_country_by_each_of_its_codes(client: ServiceTestClient, countries: ModuleType, code: str) -> None:
    found = client.invoke(countries.GetCountry, method="GET", path_params={"code": code}).data
    assert found == {"alpha_2": "FI", "alpha_3": "FIN", "digits": "246", "name": "Finland"}


def test_a_code_that_nobody_has_is_not_found(client: ServiceTestClient, countries: ModuleType) -> None:
    with pytest.raises(NotFound, match="no country with the code 'XX'"):
        client.invoke(countries.GetCountry, method="GET", path_params={"code": "XX"})


@pytest.mark.parametrize("name", ["aland", "Åland", "ÅLAND"])
def test_accents_and_case_do_not_matter(client: ServiceTestClient, countries: ModuleType, name: str) -> None:
    assert search(client, countries, name=name) == ["NZ", "AX"]  # New Zealand has it too


@pytest.mark.parametrize("name", ["%", "_", "f%d", "!"])
def test_signs_with_a_meaning_in_sql_are_searched_for_as_they_are(
    client: ServiceTestClient, countries: ModuleType, name: str
) -> None:
    assert search(client, countries, name=name) == []


def test_the_limit_is_a_number_and_is_kept(client: ServiceTestClient, countries: ModuleType) -> None:
    assert len(search(client, countries, name="an", limit=3)) == 3
    with pytest.raises(InvalidInput, match="'limit' must be an integer"):
        search(client, countries, name="an", limit="many")
    with pytest.raises(InvalidInput, match="name"):
        search(client, countries)


def test_subdivisions_are_of_the_country_that_another_service_finds(
    client: ServiceTestClient, countries: ModuleType
) -> None:
    found = client.invoke(countries.Subdivisions, method="GET", path_params={"code": "FIN"}).data
    assert found["country"] == "Finland"
    assert {"code": "FI-18", "name": "Uusimaa", "type": "Region"} in found["subdivisions"]
    assert client.invoked[-1].name == "countries.get-country"


def test_a_neighbour_hands_on_what_the_other_system_says(client: ServiceTestClient, countries: ModuleType) -> None:
    client.rest["Balancer"].respond({"error": "no"}, status_code=404)
    response = client.invoke(countries.Neighbour, method="GET", path_params={"code": "XX"})
    assert (response.status_code, response.data) == (404, {"asked": "Balancer", "answer": {"error": "no"}})
    assert client.rest["Balancer"].requests[-1].params == {"code": "XX"}


def test_before_anything_is_loaded_the_answer_says_what_to_do(countries: ModuleType) -> None:
    with pytest.raises(Unavailable, match=r"load them with: zato service invoke countries\.load"):
        client_of(countries).invoke(countries.GetCountry, method="GET", path_params={"code": "FI"})


def test_several_may_load_at_once(countries: ModuleType, postgresql: DatabaseServer) -> None:
    """Into a database that has no tables yet, too."""
    address = new_database(postgresql)
    assert address.ca is not None
    value = OutgoingSql(url=address.url, ca_certificate=address.ca.read_text())
    connection = SqlConnection("Countries", value, sqlite_directory=Path("/nowhere"))
    failures: list[BaseException] = []

    def load() -> None:
        client = client_of(countries)
        client.sql._known["Countries"] = connection
        try:
            client.invoke(countries.Load)
        except BaseException as error:  # noqa: BLE001 - told of by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    codes = connection.execute("SELECT alpha_2 FROM country")
    assert len(codes) == len({row["alpha_2"] for row in codes}) > 200
