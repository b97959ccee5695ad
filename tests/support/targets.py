"""Request targets that programs like to understand differently."""

from __future__ import annotations

INVALID_PATHS = (
    *("/.", "/..", "/./a", "/a/../b", "/a/..", "/a/.", "/a/./", "//../a", "/..//a", "/../../../etc/passwd"),
    *("/%2e", "/%2E%2e/a", "/a/.%2E", "/a/%2e./b", "/zato/api/x/../enrol", "/zato/%2e%2e/zato/api/enrol"),
    *("/%", "/a%2", "/%zz", "/%2gb", "/a%%41", "/%u0041", "/a%2/..%2f"),
    *("/a%00", "/%00/b", "/zato/health%00", "/zato/api/enrol%00/renew"),
    *("/%ff", "/%C0%AF", "/%c0%ae%c0%ae/a", "/%E2%82", "/%ED%A0%80", "/%F4%90%80%80", "/%80", "/zato/%ff"),
    *("http://localhost/a/../b", "https://localhost/%2e%2e/b"),
)
"""Refused with the code invalid-path."""

NO_TARGETS = (
    *("/a#b", "/a?b#c", "#", "/a\x01b", "/a\x7fb", "/a\tb", "/a b", "/a?b c", "/\xc3\xbc", "/a?\xc3\xbc", "/a\xff"),
    *("a/b", "localhost:80", "http://", "http://localhost/a b", "?a", "%2Fa", "\\a"),
)
"""Not allowed in a request line (RFC 9112, section 3.2)."""

PATHS = (
    *("/", "/a", "/a/", "//a", "/a//b", "//", "///", "/zato//health", "//zato/health", "/zato/health/"),
    *("/%7Aato/health", "/zato/%68ealth", "/zato%2Fhealth", "/zato%2fapi/enrol", "/zato/api//enrol/renew"),
    *("/zato/api/%65nrol", "/zato/api/enrol%2Frenew", "/zato/api/enrol%2frenew", "/%7a%61to/api/enrol/renew"),
    *("/ZATO/api/enrol", "/zato/api/enroL", "/zato/api/enrol;x=1", "/zato;x/health", "/zato/api/enrol%3Bx"),
    *("/customers/7%2Forders", "/customers/7%2forders", "/a%252Fb", "/a%25252Fb", "/a%25", "/a%2525"),
    *("/a%5Cb", "/a\\b", "/..;/a", "/.;/a", "/..%2Fa", "/a/..%2f..%2fb", "/%2E%2E%2Fa", "/.../a", "/.a/b.", "/..%5Ca"),
    *("/a;b=c/d,e", "/a+b%20c", '/a|b{}^`"<>[]', "/a!$&'()*+,;=:@-._~", "/%21%24%26%27%28%29"),
    *("/%E2%82%AC", "/%e2%82%ac", "/%EF%BB%BFa", "/%F0%9F%92%A9", "/a%0D%0AX-Zato-User:%20joe", "/%09%7F%1b[2J"),
    *(
        "/a?b?c/d/../e",
        "/a?",
        "/a??",
        "/a?x=%0A%09%7f%00",
        "/a?x=%ff",
        "/a?x=%zz",
        "/a?/../b",
        "/a?%2e%2e/",
        "/?a=/zato/",
    ),
    *("http://localhost/a//b", "https://localhost/x%2Fy", "http://localhost/?a"),
)
"""Data, all of them: each names one path, and no two programs may think of different ones."""
