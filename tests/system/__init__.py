"""Tests of a whole cluster, which most of them share."""
