"""Deployments, services, and the packages that these import."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from zato.client.calls import API, LONG_SECONDS, Calls, Json, decoded, rehearsed, traced, with_query
from zato.client.transport import segment


class DeploymentCalls(Calls):
    """Deployments, services, and the packages that these import."""

    def deploy(self, file_name: str, source: bytes, *, dry_run: bool = False) -> Json:
        """The deployment, active in all workers. Raises what it was refused for."""
        target = with_query(f"{API}/deployments", {"file_name": file_name, **rehearsed(dry_run)})
        return decoded(self._send("POST", target, source, "application/octet-stream", timeout_seconds=LONG_SECONDS))

    def begin_deployment(self, file_name: str, source: bytes) -> Json:
        """The deployment as it begins; `deployment` says what becomes of it."""
        target = with_query(f"{API}/deployments", {"file_name": file_name, "wait": "false"})
        return decoded(self._send("POST", target, source, "application/octet-stream"))

    def deploy_together(self, files: Mapping[str, bytes], *, dry_run: bool = False) -> Json:
        """The deployments of several files, active in all workers from one moment on. Raises what kept all out."""
        target = f"{API}/deployments/together"
        body = {
            "files": [{"file_name": name, "source": b64encode(data).decode("ascii")} for name, data in files.items()]
        }
        return self._json("POST", target, body, query=rehearsed(dry_run), timeout_seconds=LONG_SECONDS)

    def source(self, deployment_id: int, path: str | None = None) -> bytes:
        """A deployed file, or the file of that path in a zip."""
        target = with_query(f"{API}/deployments/{deployment_id}/source", {"path": path})
        return self._send("GET", target, None, "").body

    def source_files(self, deployment_id: int) -> Json:
        """The files that a deployment consists of."""
        return self._json("GET", f"{API}/deployments/{deployment_id}/files")

    def deployments(self, file_name: str | None = None, *, limit: int = 100) -> Json:
        """Deployments, newest first."""
        return self._json("GET", f"{API}/deployments", query={"limit": limit, "file_name": file_name})

    def deployment(self, deployment_id: int) -> Json:
        """One deployment with the workers' reports."""
        return self._json("GET", f"{API}/deployments/{deployment_id}")

    def activate(self, deployment_id: int, *, dry_run: bool = False) -> Json:
        """An earlier deployment, active again."""
        target = f"{API}/deployments/{deployment_id}/activate"
        return self._json("POST", target, {}, query=rehearsed(dry_run), timeout_seconds=LONG_SECONDS)

    def undeploy(self, file_name: str, *, dry_run: bool = False) -> Json:
        """The revision from which the file's services are gone."""
        target = f"{API}/deployments/files/{segment(file_name)}"
        return self._json("DELETE", target, query=rehearsed(dry_run), timeout_seconds=LONG_SECONDS)

    def undeploy_together(self, file_names: Sequence[str], *, dry_run: bool = False) -> Json:
        """The revision from which the services of several files are gone. Raises what kept all of them there."""
        target = f"{API}/deployments/together/undeploy"
        body = {"file_names": list(file_names)}
        return self._json("POST", target, body, query=rehearsed(dry_run), timeout_seconds=LONG_SECONDS)

    def services(self) -> Json:
        """Deployed services and their channels."""
        return self._json("GET", f"{API}/services")

    def service(self, name: str) -> Json:
        """A service in full: schemas, docstring, channels, file."""
        return self._json("GET", f"{API}/services/{segment(name)}")

    def service_errors(self, name: str, *, limit: int = 10) -> Json:
        """The last errors of a service, by the log of the machine that answers."""
        return self._json("GET", f"{API}/services/{segment(name)}/errors", query={"limit": limit})

    def invoke(self, service: str, payload: Any, *, cid: str | None = None, **request: str | None) -> tuple[bytes, str]:
        """What a service answers to a JSON message, and the media type of that. `cid` is the request's correlation id.

        `request` is what the service sees of HTTP: method, path, query, and as JSON objects headers and path_params.
        """
        target = with_query(f"{API}/services/{segment(service)}/invoke", request)
        body = json.dumps(payload).encode("utf-8")
        headers = {} if cid is None else traced(cid)
        reply = self._send("POST", target, body, "application/json", timeout_seconds=LONG_SECONDS, headers=headers)
        return reply.body, reply.content_type

    def invoke_async(self, service: str, payload: Any) -> Json:
        """The message, which is safe, and will be delivered to the service."""
        target = f"{API}/services/{segment(service)}/invoke-async"
        return decoded(self._send("POST", target, json.dumps(payload).encode("utf-8"), "application/json"))

    def wheels(self) -> Json:
        """Wheels that were uploaded."""
        return self._json("GET", f"{API}/packages/wheels")

    def upload_wheel(self, file_name: str, data: bytes, sha256: str) -> Json:
        """The wheel as it is kept. Raises what it was refused for."""
        target = with_query(f"{API}/packages/wheels/{segment(file_name)}", {"sha256": sha256})
        return decoded(self._send("PUT", target, data, "application/octet-stream", timeout_seconds=LONG_SECONDS))

    def discard_wheel(self, file_name: str) -> Json:
        """The name of the wheel that is gone. Raises NotFound."""
        return self._json("DELETE", f"{API}/packages/wheels/{segment(file_name)}")

    def packages(self) -> Json:
        """Declared packages, and which servers have them."""
        return self._json("GET", f"{API}/packages")

    def declare_packages(self, requirements: str, *, revision: int, require_hashes: bool, allow_source: bool) -> Json:
        """The declaration with exact versions. Raises what keeps it from being made, such as pip's reason."""
        body = {
            "requirements": requirements,
            "revision": revision,
            "require_hashes": require_hashes,
            "allow_source": allow_source,
        }
        return self._json("PUT", f"{API}/packages", body, timeout_seconds=LONG_SECONDS)
