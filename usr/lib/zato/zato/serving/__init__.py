"""From a request, whoever sends it, to the service that answers it."""
