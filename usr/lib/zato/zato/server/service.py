"""The users' API: what service modules import.

from zato.server.service import Service, Int

class GetStock(Service):
    input = 'sku', Int('-warehouse_id')
    output = 'sku', Int('level')

    def handle(self):
        with self.out.sql['Stock'].session() as session:
            ...
"""

from zato.service.base import Service
from zato.service.elements import (
    CSV,
    UTC,
    UUID,
    AsIs,
    Bool,
    Date,
    DateTime,
    Decimal,
    Elem,
    Float,
    Int,
    List,
    Opaque,
    Text,
)
from zato.service.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidOutput,
    MethodNotAllowed,
    NotFound,
    OutgoingFailed,
    ServiceFailed,
    TimeLimitExceeded,
    TooLarge,
    Unauthorized,
    Unavailable,
    UnknownConnection,
    UnknownService,
    UnusableConnection,
    ZatoError,
)
from zato.service.models import Model
from zato.service.nested import Dict, DictList
from zato.service.request import Request
from zato.service.response import Response

# Names that services of earlier versions import
Boolean = Bool
Integer = Int
ListOfDicts = DictList
Nested = Opaque
SIOElem = Elem
Unicode = Text

__all__ = [
    "CSV",
    "UTC",
    "UUID",
    "AsIs",
    "BadRequest",
    "Bool",
    "Boolean",
    "Conflict",
    "Date",
    "DateTime",
    "Decimal",
    "Dict",
    "DictList",
    "Elem",
    "Float",
    "Forbidden",
    "Int",
    "Integer",
    "InvalidInput",
    "InvalidOutput",
    "List",
    "ListOfDicts",
    "MethodNotAllowed",
    "Model",
    "Nested",
    "NotFound",
    "Opaque",
    "OutgoingFailed",
    "Request",
    "Response",
    "SIOElem",
    "Service",
    "ServiceFailed",
    "Text",
    "TimeLimitExceeded",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "Unicode",
    "UnknownConnection",
    "UnknownService",
    "UnusableConnection",
    "ZatoError",
]
