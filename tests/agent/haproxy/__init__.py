"""Tests of HAProxy's agent, some of which share a cluster."""
