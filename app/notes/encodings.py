"""Which encoding a page or a mail says it is in: labels as browsers understand them, and a page's own declaration.

After the Encoding standard (labels) and the HTML standard's prescan of a byte stream. A declaration is a claim:
texts.py decides whether the bytes bear it out.
"""

import codecs
import re

# The standard lets a parser that meets the declaration later begin anew; so more than its 1,024 bytes are looked at.
_LOOKED_AT_BYTES = 2**14
# What pages and mails are written in, by Python's names. No label leads anywhere else: not to "hex", nor to "idna".
SINGLE_BYTE = frozenset({
    "cp866", "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10",
    "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
    "cp437", "cp850", "cp852",
})  # fmt: skip
_KNOWN = SINGLE_BYTE | {
    "utf-8", "utf-7", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "iso2022_kr", "cp932", "cp949", "hz",
}  # fmt: skip
# By Python's name of a label: what browsers read instead, since that is what was meant
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs", "shift_jis": "cp932",
    "euc_kr": "cp949", "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8", "utf-8-sig": "utf-8",
}  # fmt: skip
# Labels that Python does not know
_LABELS = {
    "x-cp1250": "cp1250", "x-cp1251": "cp1251", "x-cp1252": "cp1252", "x-cp1253": "cp1253", "x-cp1254": "cp1254",
    "x-cp1255": "cp1255", "x-cp1256": "cp1256", "x-cp1257": "cp1257", "x-cp1258": "cp1258", "dos-874": "cp874",
    "ansi": "cp1252", "x-ansi": "cp1252", "x-user-defined": "cp1252", "macintosh": "mac-roman", "mac": "mac-roman",
    "x-mac-roman": "mac-roman", "x-mac-cyrillic": "mac-cyrillic", "x-mac-ukrainian": "mac-cyrillic",
    "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "logical": "iso8859-8", "koi8": "koi8-r",
    "koi": "koi8-r", "koi8-ru": "koi8-u", "dos-866": "cp866", "x-sjis": "cp932", "windows-31j": "cp932",
    "x-euc-jp": "euc_jp", "x-gbk": "gb18030", "gb_2312-80": "gb18030", "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs",
    "windows-949": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949", "ksc_5601": "cp949",
    "windows-874": "cp874", "csgb2312": "gb18030", "gb_2312": "gb18030", "cseuckr": "cp949", "iso-ir-149": "cp949",
    "visual": "iso8859-8", "sun_eu_greek": "iso8859-7", "cseucpkdfmtjapanese": "euc_jp", "csiso88598i": "iso8859-8",
    "unicode-1-1-utf-8": "utf-8", "x-unicode20utf8": "utf-8", "unicode11utf8": "utf-8", "unicode20utf8": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode": "utf-8", "csunicode": "utf-8",
}  # fmt: skip
_META = re.compile(rb"<meta[\s/]([^>]{0,2000})>", re.IGNORECASE)
_BODY = re.compile(rb"<body[\s/>]", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(
    rb"""([^\s"'>/=]{1,40})\s{0,20}=\s{0,20}(?:"([^"]{0,500})"|'([^']{0,500})'|([^\s"'>]{1,500}))"""
)
_CHARSET = re.compile(rb"""charset\s{0,20}=\s{0,20}["']?([^\s"';]{1,60})""", re.IGNORECASE)
_XML = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s{0,20}=\s{0,20}["']([\w.:-]{1,60})["']""")


def encoding_of(label: str) -> str | None:
    """Python's name of the encoding that browsers take the label for; None for a label that says nothing."""
    label = label.strip().strip("\"'").lower()
    try:
        found: str = codecs.lookup(_LABELS.get(label, label)).name
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(found, found)
    return name if name in _KNOWN else None


def declared_in_page(data: bytes) -> str | None:
    """The label that a page gives itself: in a meta element before its body, else in its XML declaration."""
    head = _COMMENT.sub(b"", data[:_LOOKED_AT_BYTES])
    body = _BODY.search(head)
    for meta in _META.finditer(head, 0, body.start() if body else len(head)):
        found: dict[bytes, bytes] = {
            name.lower(): quoted or single or bare for name, quoted, single, bare in _ATTRIBUTE.findall(meta.group(1))
        }
        label = found.get(b"charset", b"")
        if not label and found.get(b"http-equiv", b"").strip().lower() == b"content-type":
            charset = _CHARSET.search(found.get(b"content", b""))
            label = charset.group(1) if charset else b""
        if label and encoding_of(label.decode("latin-1")) is not None:
            return label.decode("latin-1")
    xml = _XML.match(data)
    return xml.group(1).decode("latin-1") if xml else None
