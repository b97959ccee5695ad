"""The OpenAPI 3.1 document of the users' channels."""

from zato.openapi.document import document

__all__ = ["document"]
