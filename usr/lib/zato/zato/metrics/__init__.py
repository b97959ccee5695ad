"""What Prometheus may know of a server.

A subject has a file of its own here: *instruments*, which workers count with as something happens, and *collectors*,
which are asked at each scrape. Instruments are made with the registry of `Metrics`; collectors are listed where the
server is put together.

prometheus-client's multiprocess mode keeps what instruments count in files that all workers of a server share, so
whichever worker is asked answers for all: `allocated.count_in` says where they are.
"""

from zato.metrics.exposition import CONTENT_TYPE, Exposition
from zato.metrics.instruments import ADMIN, NO_ROUTE, Metrics, RouteMetrics

__all__ = ["ADMIN", "CONTENT_TYPE", "NO_ROUTE", "Exposition", "Metrics", "RouteMetrics"]
