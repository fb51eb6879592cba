"""Profile fields (S29, S30): the system's, and those the organization defines, names, retires, takes up again."""

from typing import Annotated

from fastapi import Query, Response

from entrypoints import fields
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, show_part
from entrypoints.fields import FieldSeen
from ledger.rules.fields import VALUE_TYPES


class Fields(Part):
    """Every field: the system's, then the custom ones by code."""

    fields: list[FieldSeen]


@twins(router, "/{organization}/settings/fields")
def listed(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The fields of profiles."""
    known = fields.listed(view.ledger, view.organization)
    rows = [list(one.model_dump().values()) for one in known]
    data = Fields(fields=known, history=history(view, "fields"))
    table = (list(FieldSeen.model_fields), rows)
    return show_part(view, "fields", asked, data, table, types=VALUE_TYPES)


@router.post("/{organization}/settings/fields")
def define(view: Admin, form: Form) -> Response:
    """Defines a custom field."""
    code, value_type = form.get("field", "").strip(), form.get("value_type", "")
    fields.define(view.hand(), code, value_type, form.get("display_name", "").strip())
    return done(view, "settings/fields", what="true")


@router.post("/{organization}/settings/fields/{field}/rename")
def rename(view: Admin, field: str, form: Form) -> Response:
    """Names a field anew, or takes a retired one up again under this name."""
    known = fields.get(view.ledger, view.organization, field)
    fields.define(view.hand(), field, known.value_type, form.get("display_name", "").strip())
    return done(view, "settings/fields", what="true")


@router.post("/{organization}/settings/fields/{field}/retire")
def retire(view: Admin, field: str, _form: Form) -> Response:
    """Offers a field no more; its values are kept."""
    fields.retire(view.hand(), field)
    return done(view, "settings/fields", what="true")
