"""Who gets in, through the whole chain."""

import base64

from support.cluster import RunningCluster

WHO = """
from zato.server.service import Service

class Who(Service):
    name = 'secure.who'

    def handle(self):
        self.response.payload = {'who': self.request.principal.name}
"""


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_basic_keys_and_certificates_let_in_whom_they_name_and_nobody_else(cluster: RunningCluster) -> None:
    api = cluster.api()
    api.deploy("secure.py", WHO.encode())
    api.create_item("security-basic", "jane", {"username": "jane", "password": "a long password"})
    key = api.create_item("security-api-key", "robot", {})["generated"]["key"]
    security = ["jane", "robot"]
    api.create_item(
        "channel-rest", "who", {"service": "secure.who", "path": "/who", "methods": ["GET"], "security": security}
    )

    def status(headers: dict[str, str]) -> int:
        return int(cluster.request("GET", "/who", headers=headers).status)

    cluster.settle()
    assert status(basic("jane", "a long password")) == 200
    assert status({"X-API-Key": key}) == 200
    refused = [{}, basic("jane", "wrong"), basic("nobody", "x"), {"X-API-Key": "wrong"}, {"X-Zato-User": "jane"},
               {"X_Zato_User": "jane"}, {"X-Zato-Principal": "jane"}]  # fmt: skip
    bodies = set()
    for headers in refused:
        answer = cluster.request("GET", "/who", headers=headers)
        assert answer.status == 401, headers
        bodies.add(answer.json()["error"]["message"])
    assert bodies == {"Credentials are missing or not valid."}
    with cluster.pool("admin") as pool:
        assert pool.request("GET", "/who", retries=False).status == 403
    api.delete_item("channel-rest", "who")
    api.delete_item("security-basic", "jane")


def test_a_known_path_with_another_method_says_which_it_takes(cluster: RunningCluster) -> None:
    api = cluster.api()
    api.deploy("secure.py", WHO.encode())
    api.create_item("channel-rest", "open", {"service": "secure.who", "path": "/open", "methods": ["GET"]})
    cluster.settle()
    answer = cluster.request("DELETE", "/open")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"]["cid"] == answer.headers["X-Zato-CID"]
