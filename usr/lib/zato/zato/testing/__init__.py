"""Unit tests of services, without a server: run a class, look at what it answered and at what it asked others."""

from zato.connector.rest.fake import FakeRest, SentRequest
from zato.connector.sql.fake import TestSql
from zato.testing.client import ServiceTestClient
from zato.testing.invoker import InvokedService, SentMessage
from zato.testing.packages import use_packages
from zato.testing.response import ServiceResponse

__all__ = [
    "FakeRest",
    "InvokedService",
    "SentMessage",
    "SentRequest",
    "ServiceResponse",
    "ServiceTestClient",
    "TestSql",
    "use_packages",
]
