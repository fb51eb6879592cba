"""Values of profile fields as people type them, and back: one text a field, whatever its type."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from entrypoints.console.rendering import zone
from entrypoints.console.texts import TEXTS
from entrypoints.fields import FieldSeen
from ledger.errors import MessageRefused

FIELD: Final = "field."
"""Before a field's code: the name it has in a form about somebody new."""

LONGEST: Final = 4_096
_MOST: Final = 200
"""Entries of a list; of a map 50."""
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class NotReadable(ValueError):
    """The text is no value of this type. Its words say what to type; the text itself is never repeated."""


def as_text(value: Any) -> str:
    """A list is one entry a line, a map one `name: value` a line."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "\n".join(as_text(one) for one in value)
        case dict():
            return "\n".join(f"{name}: {as_text(one)}" for name, one in value.items())
        case _:
            return str(value)


def filled_in(fields: Iterable[FieldSeen], form: Mapping[str, str]) -> dict[str, Any]:
    """What a form about somebody new holds of these fields, each as its type; a list with commas in between.
    Raises MessageRefused naming the field.
    """
    given = ((field, form.get(FIELD + field.field, "").strip()) for field in fields)
    return {field.field: _of(field, text) for field, text in given if text}


def _of(field: FieldSeen, text: str) -> Any:
    try:
        return read(field.field, field.value_type, text.replace(",", "\n") if field.value_type == "list" else text)
    except NotReadable as wrong:
        raise MessageRefused("invalid-request", f"{FIELD}{field.field}: {wrong}") from None


def read(field: str, value_type: str, text: str) -> Any:
    """The value of a text without spaces around it; None where there is none. Raises NotReadable."""
    if not text:
        return None
    if len(text) > LONGEST or "\0" in text:
        raise NotReadable(TEXTS["edit.too_long"])
    match value_type:
        case "number":
            return _number(text)
        case "date":
            return _date(field, text)
        case "boolean":
            if text not in ("true", "false"):
                raise NotReadable(TEXTS["edit.boolean"])
            return text == "true"
        case "list":
            return _lines(text)
        case "map":
            return _map(text)
        case _:
            return _text(field, text)


def _number(text: str) -> int | float:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, bool) or not isinstance(found, int | float) or found != found or abs(found) > 1e300:
        raise NotReadable(TEXTS["edit.number"])
    return found


def _date(field: str, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotReadable(TEXTS["edit.date"]) from None
    if field == "birthday" and not 1850 <= day.year <= 2150:
        raise NotReadable(TEXTS["edit.birthday"])
    return day.isoformat()


def _text(field: str, text: str) -> str:
    if field == "time_zone" and zone(text) is None:
        raise NotReadable(TEXTS["edit.time_zone"])
    if field == "language" and not _LANGUAGE.fullmatch(text):
        raise NotReadable(TEXTS["edit.language"])
    return text


def _lines(text: str) -> list[str]:
    found = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
    if len(found) > _MOST:
        raise NotReadable(TEXTS["edit.too_many"])
    return found


def _map(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name.strip()):
            raise NotReadable(TEXTS["edit.map"])
        found[name.strip()] = _scalar(value.strip())
    if len(found) > 50:
        raise NotReadable(TEXTS["edit.too_many"])
    return found


def _scalar(text: str) -> Any:
    """A number where it is one and is written as it would be shown again; else the text."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, int | float) and as_text(found) == text else text
