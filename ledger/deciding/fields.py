"""Acts on an organization's custom profile fields (S30)."""

import re
from typing import Final

from ledger.acts.settings import FieldChange
from ledger.deciding.settings import require_name
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import FieldDefined, FieldRetired
from ledger.rules.fields import SYSTEM_FIELDS, VALUE_TYPES, Field, fields

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")


def change_field(draft: Draft, act: FieldChange) -> None:
    """Defines (also again, after retiring), renames or retires a field. What is so already makes no event.

    The type never changes, since values of it are recorded. Raises MessageRefused.
    """
    if not _CODE.fullmatch(act.field):
        raise MessageRefused("field", "field: 1 to 63 of a-z, 0-9 and _, a letter first")
    if act.field in SYSTEM_FIELDS:
        raise MessageRefused("field", f"field: {act.field} is there from the start and stays")
    stream = draft.ids.organization(draft.act.organization)
    known = fields(draft.stream(stream).values()).get(act.field)
    body = _retired(act, known) if act.value_type is None else _defined(act, act.value_type, known)
    if body is not None:
        draft.add(stream, body, draft.event_id(body, act.field))


def _retired(act: FieldChange, known: Field | None) -> FieldRetired | None:
    if known is None:
        raise MessageRefused("unknown_field", f"field: {act.field} is not defined")
    return None if known.retired else FieldRetired(field=act.field)


def _defined(act: FieldChange, value_type: str, known: Field | None) -> FieldDefined | None:
    if value_type not in VALUE_TYPES:
        raise MessageRefused("value_type", f"value_type: one of {', '.join(VALUE_TYPES)}")
    if known is not None and known.value_type != value_type:
        raise MessageRefused("value_type", f"value_type: {act.field} is a {known.value_type} and stays one")
    require_name(act.display_name)
    name = act.display_name or (known.display_name if known else act.field)
    if known == Field(act.field, name, value_type):
        return None
    return FieldDefined(field=act.field, display_name=name, value_type=value_type)
