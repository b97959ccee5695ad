"""What the other system answered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from zato.connector.outcome import Stage
from zato.core.charsets import CHARSETS, UTF_8, named_in
from zato.core.cookies import received_cookies
from zato.core.errors import InvalidInput, OutgoingFailed
from zato.core.headers import Headers, Values
from zato.core.json import decode

_JSON = re.compile(r"application/([a-z0-9.+-]+\+)?json|text/json")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Response:
    """A response, whatever its status; `content` is its body with no content encoding left.

    A header that came several times is joined by commas in `headers`; `headers.get_all(name)` has its values apart.
    """

    def __init__(
        self,
        status_code: int,
        headers: Mapping[str, Values] | Iterable[tuple[str, str]],
        content: bytes,
        *,
        source: str = "The other system",
    ) -> None:
        """`source` names the connection in errors."""
        self.status_code = status_code
        self.headers = Headers(headers)
        self.content = content
        self._source = source

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self.status_code < 400

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """The cookies that it sets, by name. They are not sent back by themselves."""
        return received_cookies(self.headers.get_all("set-cookie"))

    @cached_property
    def text(self) -> str:
        """The body in the charset that it says it has, UTF-8 otherwise; bytes that are not become U+FFFD.

        What is no charset (see zato.core.charsets) is not taken for one, whatever Python calls by that name.
        """
        return self.content.decode(self._codec, "replace")

    @cached_property
    def data(self) -> Any:
        """The value of a JSON body, the text of any other one, None where it is empty.

        Raises OutgoingFailed where the body is said to be JSON and is not.
        """
        if not self.content:
            return None
        content_type = self.headers.get("content-type")
        if content_type is not None and _JSON.match(content_type.strip().lower()) is None:
            return self.text
        try:
            return self.json()
        except OutgoingFailed:
            if content_type is None:
                return self.text
            raise

    def json(self) -> Any:
        """The value of the body as JSON, whatever it says that it is. Raises OutgoingFailed where it is not."""
        try:
            return decode(self.content.removeprefix(_BYTE_ORDER_MARK), self._codec)
        except InvalidInput as error:
            raise OutgoingFailed(
                f"{self._source} answered with status {self.status_code} and a body that cannot be used: "
                f"{error.message}",
                stage=Stage.RESPONSE,
                code="outgoing-response-invalid",
            ) from error

    @property
    def _codec(self) -> str:
        return CHARSETS.get(named_in(self.headers.get("content-type", "")) or UTF_8, UTF_8)

    def __repr__(self) -> str:
        return f"<Response {self.status_code}, {len(self.content)} bytes>"
