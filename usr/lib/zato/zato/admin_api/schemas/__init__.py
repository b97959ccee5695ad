"""Requests and responses of the admin API as types, by subject; the OpenAPI document is made from these."""
