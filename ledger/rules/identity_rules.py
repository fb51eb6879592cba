"""How an organization rolls identifiers up into people, by the events of its settings (L8, 1b, P2). Pure.

Values and patterns of an organization's own that name nobody are known here by keyed ids only: a value typed
as blocked may be a person's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.settings import IdentityRulesSet, OtherEmail, RollUp
from ledger.events.vocabulary import KINDS

Keyed = Callable[[str, str], UUID]
"""(kind, text) → keyed id, of the organization."""
PATTERN: Final = "pattern."
"""Before a kind: the keyed id is a pattern's of that kind, not an identifier's."""
_BLOCKED_VALUES: Final = frozenset({"none@none.com", "test@test.com", "null", "undefined", "0"})
_BLOCKED_LOCAL_PARTS: Final = frozenset({"noreply", "no-reply", "donotreply", "do-not-reply"})


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """What may bring people together, and what keeps one from swallowing others.

    `roll_up`: kind → whether identifiers of it link people, or only list candidates; `limits`: kind → the most
    a person may hold of it; `most`: of all kinds together.
    """

    preset: str
    roll_up: Mapping[str, RollUp]
    same_tracker_other_email: OtherEmail
    limits: Mapping[str, int]
    most: int
    blocked: frozenset[UUID] = frozenset()
    patterns: frozenset[UUID] = frozenset()
    shapes: tuple[str, ...] = ()
    """Where the patterns have their star, as `kind:begins:length` or `kind:ends:length`, of what is before or
    behind it."""

    def blocks(self, kind: str, value: str, keyed: Keyed) -> bool:
        """Whether this value names nobody in particular: built in, or of the organization's own."""
        return (
            names_nobody(kind, value)
            or (bool(self.blocked) and keyed(kind, value) in self.blocked)
            or any(keyed(PATTERN + kind, text) in self.patterns for text in self._cut(kind, value))
        )

    def _cut(self, kind: str, value: str) -> Iterable[str]:
        for shape in self.shapes:
            of, side, length = shape.split(":")
            if of == kind and len(value) >= int(length):
                yield value[: int(length)] + "*" if side == "begins" else "*" + value[-int(length) :]


def names_nobody(kind: str, value: str) -> bool:
    """Built-in for everybody: `noreply@…`, `none@none.com`, a phone number of one digit only."""
    if value in _BLOCKED_VALUES:
        return True
    if kind == "email":
        return value.partition("@")[0] in _BLOCKED_LOCAL_PARTS
    return kind == "phone" and len(set(value.lstrip("+"))) == 1


def shape(kind: str, pattern: str) -> str:
    """The shape of a pattern with one star, at its end or its beginning."""
    return f"{kind}:{'begins' if pattern.endswith('*') else 'ends'}:{len(pattern) - 1}"


_LIMITS: Final = {
    "email": 20,
    "phone": 20,
    "external_id": 1,
    "telegram": 10,
    "web_push": 100,
    "app_push": 100,
    "tracker": 200,
}
_AUTOMATIC: Final[Mapping[str, RollUp]] = dict.fromkeys(KINDS, "automatic")
DEFAULT_RULES: Final = IdentityRules("listrak", _AUTOMATIC, "roll_up", _LIMITS, 300)
PRESETS: Final[Mapping[str, IdentityRules]] = {
    "listrak": DEFAULT_RULES,
    "connectif": IdentityRules(
        "connectif",
        {**_AUTOMATIC, "external_id": "candidates", "phone": "candidates"},
        "new_contact",
        {**_LIMITS, "email": 1},
        300,
    ),
    "yespo": IdentityRules("yespo", _AUTOMATIC, "roll_up", {**_LIMITS, "email": 1, "phone": 1}, 300),
}
"""`listrak`: any known identifier rolls up (L8). `connectif`: the e-mail identifies, then the browser; the same
browser with another e-mail is a new contact, and an external id or phone number never merges by itself (1b).
`yespo`: one e-mail and one phone a contact (P2)."""


def identity_rules(settings: Iterable[Recorded]) -> IdentityRules:
    """The rules now: those set last, else the built-in ones."""
    rules = DEFAULT_RULES
    for event in settings:
        body = event.body
        if isinstance(body, IdentityRulesSet):
            rules = IdentityRules(
                body.preset,
                {**_AUTOMATIC, **body.roll_up},
                body.same_tracker_other_email,
                {**_LIMITS, **body.limits},
                body.most,
                frozenset(body.blocked),
                frozenset(body.patterns),
                body.shapes,
            )
    return rules
