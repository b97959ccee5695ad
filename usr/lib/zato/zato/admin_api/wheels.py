"""Wheels for machines without an index, kept by the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import wheels as schemas
from zato.core.clock import Clock
from zato.core.errors import Conflict, InvalidInput, ZatoError
from zato.core.principal import Right
from zato.core.wheels import WHEEL_BYTES_MAX, check_wheel
from zato.odb import wheels as odb
from zato.odb.audit import AuditEntry

WHEELS = "/zato/api/packages/wheels"
_ONE = WHEELS + "/{file_name}"
_TYPES = ("application/octet-stream", "application/zip")


class WheelOperations:
    """Handlers of the routes about wheels."""

    def __init__(self, *, wheels: odb.Wheels, recorder: AuditRecorder, clock: Clock) -> None:
        self._wheels = wheels
        self._recorder = recorder
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route("GET", WHEELS, "list-wheels", "Wheels that were uploaded", self.list, Right.READ, schemas.AllWheels),
            Route(
                "PUT",
                _ONE,
                "upload-wheel",
                "Upload a wheel, which pip finds on each machine from then on",
                self.upload,
                Right.DEPLOY,
                schemas.Wheel,
                request=_TYPES,
                query=schemas.WheelQuery,
                errors=(Conflict,),
                body_bytes_max=WHEEL_BYTES_MAX,
            ),
            Route(
                "DELETE",
                _ONE,
                "discard-wheel",
                "Remove a wheel; what was installed of it stays",
                self.discard,
                Right.DEPLOY,
                schemas.DiscardedWheel,
            ),
        )

    def list(self, _call: Call) -> Answer:
        return Answer(schemas.AllWheels(wheels=[_shown(each) for each in self._wheels.all()]))

    def upload(self, call: Call) -> Answer:
        name = call.params["file_name"]
        with self._noted("upload-wheel", name, call) as entry:
            if not call.raw:
                raise InvalidInput(f"{name[:100]} is empty; send the file as the body.", code="wheel-refused")
            check_wheel(name, call.raw, call.query.sha256)
            return Answer(_shown(self._wheels.add(name, call.raw, entry)))

    def discard(self, call: Call) -> Answer:
        name = call.params["file_name"]
        with self._noted("discard-wheel", name, call) as entry:
            self._wheels.remove(name, entry)
        return Answer(schemas.DiscardedWheel(file_name=name))

    @contextmanager
    def _noted(self, action: str, name: str, call: Call) -> Iterator[AuditEntry]:
        """The entry for what succeeds; what is refused has its own."""
        by, subject = call.by, ascii(f"wheel:{name}")[1:-1][:255]
        try:
            yield AuditEntry(self._clock.now(), by.principal, by.cid, action, subject, "ok", origin=by.origin)
        except ZatoError as error:
            self._recorder.note(action, subject, by, error)
            raise


def _shown(wheel: odb.Wheel) -> schemas.Wheel:
    return schemas.Wheel(
        file_name=wheel.file_name,
        sha256=wheel.sha256,
        size_bytes=wheel.size_bytes,
        author=wheel.author,
        created=wheel.created,
    )
