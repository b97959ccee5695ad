"""Consumes asynchronous invocations, and has the server beside it invoke the services."""
