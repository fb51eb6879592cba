"""When the person was created, last updated, last subscribed, or last bought."""

from typing import ClassVar, Final, Literal

from pydantic import Field, model_validator

from projections.criteria.criterion import Asking, Spanned

_COLUMNS: Final = {"created": "c.created_at", "updated": "c.last_updated", "purchased": "c.purchased_at"}
_SUBSCRIBED: Final = """EXISTS (
    SELECT FROM channel_status s WHERE s.identifier_id = ANY (c.identifier_ids) AND {span} OFFSET 0
)"""
_CREATED: Final = "SELECT id FROM all_contacts WHERE organization = %(organization)s AND NOT deleted AND {span}"
_CREATED_DELETED: Final = "SELECT id FROM all_contacts WHERE organization = %(organization)s AND deleted AND {span}"
_PURCHASED: Final = "SELECT id FROM all_contacts WHERE organization = %(organization)s AND {span}"


class DateCriterion(Spanned):
    """The moment lies in the span. `subscribed` is the latest subscription to anything."""

    PLACE: ClassVar[int] = 60
    source: Literal["date"] = "date"
    date: Literal["created", "updated", "subscribed", "purchased"] = Field(examples=["created"])

    @model_validator(mode="after")
    def _given(self) -> "DateCriterion":
        if not self.has_span:
            raise ValueError("give within_days, older_than_days, from_day or until_day")
        return self

    def condition(self, asking: Asking) -> str:
        if self.date == "subscribed":
            subscribed = _SUBSCRIBED.replace("{span}", self.span(asking, "s.latest_subscribed_at"))
            return f"({self.reached(asking, 'c.consented_at')} AND {subscribed})"
        return self.span(asking, _COLUMNS[self.date])

    def dated(self, asking: Asking) -> str | None:
        if self.date == "purchased":
            return None
        if self.date == "subscribed":
            return self.reached(asking, "w.consented_at")
        return self.span(asking, _COLUMNS[self.date].replace("c.", "w."))

    def found_by(self, asking: Asking) -> str | None:
        if self.date == "purchased":
            return _PURCHASED.replace("{span}", self.span(asking, "purchased_at"))
        if self.date != "created":
            return None
        span = self.span(asking, "created_at")
        return f"{_CREATED.replace('{span}', span)} UNION ALL {_CREATED_DELETED.replace('{span}', span)}"
