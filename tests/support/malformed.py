"""Requests to /echo that are not valid HTTP, or that mean two things at once."""

from __future__ import annotations

HOST = b"Host: localhost\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(headers: bytes, body: bytes = b"") -> bytes:
    return b"POST /echo HTTP/1.1\r\n" + HOST + headers + b"\r\n" + body


MALFORMED = {
    "garbage": b"\x00\x01\x02 nothing\r\n\r\n",
    "no version": b"GET /echo\r\n\r\n",
    "unknown version": b"GET /echo HTTP/3.0\r\n" + HOST + b"\r\n",
    "method with a control character": b"G\x01T /echo HTTP/1.1\r\n" + HOST + b"\r\n",
    "unknown method": b"FROB /echo HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET /echo HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n",
    "host and address that differ": b"GET http://other/echo HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in a header": b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: a\x00b\r\n\r\n",
    "CR in a header": b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: a\rX-Zato-User: joe\r\n\r\n",
    "header without a colon": b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A\r\n\r\n",
    "space in a header's name": b"GET /echo HTTP/1.1\r\n" + HOST + b"X A: a\r\n\r\n",
    "space before the colon": post(b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n"),
    "two lengths": post(b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd"),
    "length with a sign": post(b"Content-Length: +3\r\n", b"abc"),
    "negative length": post(b"Content-Length: -3\r\n"),
    "length that is no number": post(b"Content-Length: 3x\r\n", b"abc"),
    "enormous length": post(b"Content-Length: 99999999999999999999999\r\n"),
    "unknown coding": post(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n"),
    "coding before chunked": post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "chunked in HTTP/1.0": b"POST /echo HTTP/1.0\r\n" + HOST + CHUNKED + b"\r\n0\r\n\r\n",
    "chunk size that is no number": post(CHUNKED, b"zz\r\nabc\r\n0\r\n\r\n"),
    "chunk longer than its size": post(CHUNKED, b"2\r\nabcdef\r\n0\r\n\r\n"),
    "UTF-8 that is not valid in the path": b"GET /%ff%fe HTTP/1.1\r\n" + HOST + b"\r\n",
    "raw bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "NUL in the path": b"GET /a%00b HTTP/1.1\r\n" + HOST + b"\r\n",
    "UTF-8 that is not valid in a header": b"GET /echo HTTP/1.1\r\n" + HOST + b"X-A: \xff\xfe\r\n\r\n",
    "two Authorization headers": b"GET /echo HTTP/1.1\r\n" + HOST + b"Authorization: Basic YTpi\r\n" * 2 + b"\r\n",
    "HTTP/2 without TLS's consent": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
}
