"""Encodings of text that others may send: the ones of the world's scripts, by the names that they have in messages.

Python knows more, by names of its own, and some of those are no charsets (RFC 6365), or take the square of the text's
length: `punycode`, `idna`, `unicode_escape`, `utf-7`. Who sends a message must not choose among those.
"""

from __future__ import annotations

import re

from zato.core.errors import InvalidInput

UTF_8 = "utf-8"
# By the preferred MIME name of IANA's registry, and what else is in use; the values are Python's names
CHARSETS: dict[str, str] = {
    "utf-8": UTF_8,
    "utf8": UTF_8,
    "utf-8-sig": "utf-8-sig",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (*range(1, 12), *range(13, 17))},
    **{f"iso8859-{number}": f"iso8859-{number}" for number in (*range(1, 12), *range(13, 17))},
    "latin1": "iso8859-1",
    "latin-1": "iso8859-1",
    **{f"windows-{number}": f"cp{number}" for number in (874, *range(1250, 1259))},
    **{f"cp{number}": f"cp{number}" for number in (437, 850, 852, 858, 866, 1250, 1251, 1252)},
    "ibm437": "cp437",
    "ibm850": "cp850",
    "ibm852": "cp852",
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "macintosh": "mac-roman",
    "tis-620": "tis-620",
    "big5": "big5",
    "big5-hkscs": "big5hkscs",
    "gb2312": "gb2312",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "euc-jp": "euc_jp",
    "shift_jis": "shift_jis",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp",
    "euc-kr": "euc_kr",
}
_NAME_LENGTH_MAX = 40
_LENGTH_MAX = 1000
# RFC 9110, section 5.6.6; single quotes are not in it, and are sent
_PARAMETER = re.compile(
    r""";[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^';]*)'|([^;"\s]*))""", re.DOTALL
)


def named_in(content_type: str) -> str | None:
    """The charset that a media type names, in lower case; None where it names none."""
    for name, quoted, single, plain in _PARAMETER.findall(content_type[:_LENGTH_MAX]):
        if name.lower() == "charset":
            return (quoted or single or plain).strip().lower() or None
    return None


def codec_of(charset: str | None) -> str:
    """Python's name for it, UTF-8 for None. Raises InvalidInput (invalid-charset) for what is none of CHARSETS."""
    if charset is None:
        return UTF_8
    codec = CHARSETS.get(charset)
    if codec is None:
        raise InvalidInput(
            f"The charset {charset[:_NAME_LENGTH_MAX]!r} is not taken; send UTF-8.", code="invalid-charset"
        )
    return codec
