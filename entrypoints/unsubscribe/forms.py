"""What a POST carries, in either encoding of RFC 8058; what cannot be read is as good as nothing."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import Final
from urllib.parse import parse_qsl

LARGEST: Final = 16 * 1024
"""Bytes of a body; more is refused unread."""
_MOST_FIELDS: Final = 20
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")


def fields(content_type: str, body: bytes) -> dict[str, str]:
    """Field name → text; of several of one name the last."""
    if content_type.lower().startswith("multipart/form-data"):
        return _multipart(content_type, body)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    found: dict[str, str] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes) and len(found) < _MOST_FIELDS:
            found[name] = payload.decode(errors="replace").strip()
    return found
