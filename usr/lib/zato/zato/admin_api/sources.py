"""The files that deployments consist of, as they were deployed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from zato.admin_api.deployments import DEPLOYMENTS
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas.deployments import SourceFile, SourceFiles, SourceQuery
from zato.core.errors import NotFound
from zato.core.principal import Right
from zato.deployment.loader.zip_archive import read_archive
from zato.odb.deployments import Deployment, Deployments
from zato.serving.http.request import needs_memory
from zato.serving.http.request_parts import number_in_path


class SourceOperations:
    """Handlers of the routes about sources."""

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        one = DEPLOYMENTS + "/{id}"
        return (
            Route(
                "GET",
                one + "/source",
                "get-source",
                "The file as it was deployed, or a file in it",
                self.source,
                Right.READ,
                "application/octet-stream",
                query=SourceQuery,
            ),
            Route(
                "GET",
                one + "/files",
                "list-source-files",
                "The files that a deployment consists of",
                self.files,
                Right.READ,
                SourceFiles,
            ),
        )

    def source(self, call: Call) -> Answer:
        query: SourceQuery = call.query
        deployment = self._named(call)
        content = self._source(deployment, call)
        if query.path is not None and query.path != deployment.file_name:
            files = contents(deployment.file_name, content, call)
            if query.path not in files:
                raise NotFound(
                    f"{deployment.file_name} has no file {query.path[:120]!r} in deployment {deployment.id}."
                )
            content = files[query.path]
        return Answer(content, content_type="application/octet-stream")

    def files(self, call: Call) -> Answer:
        deployment = self._named(call)
        found = contents(deployment.file_name, self._source(deployment, call), call)
        files = [SourceFile(path=path, size_bytes=len(data), is_text=_is_text(data)) for path, data in found.items()]
        return Answer(SourceFiles(file_name=deployment.file_name, files=files))

    def _source(self, deployment: Deployment, call: Call) -> bytes:
        needs_memory(call.environ, deployment.size_bytes)
        return self._deployments.source(deployment.id)

    def _named(self, call: Call) -> Deployment:
        return self._deployments.get(number_in_path(call.params["id"], "deployment"))


def contents(file_name: str, source: bytes, call: Call) -> Mapping[str, bytes]:
    """The files in a zip by path; a file of Python is one of its own.

    Raises Unavailable where other requests have the memory that they would take.
    """
    needs = partial(needs_memory, call.environ)
    return read_archive(file_name, source, needs) if file_name.endswith(".zip") else {file_name: source}


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False
