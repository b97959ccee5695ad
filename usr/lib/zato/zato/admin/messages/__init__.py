"""Asynchronous messages: dead letters, and those that wait."""
