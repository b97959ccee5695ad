"""Tests of hosts that boot, which most of them share."""
