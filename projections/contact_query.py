"""Which people of `all_contacts` a list is of: a filter, and the pieces of SQL that say whom it fits."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection

from projections import counters
from projections.all_contacts import marked
from projections.criteria import tree
from projections.criteria.criterion import Asking, Held, Known
from projections.criteria.finding import Lead, rows
from projections.criteria.marked import signed
from projections.criteria.tree import Node
from projections.people import MARKS, MARKS_SAID
from projections.searched_text import GUESSED, Searched, searched

PAGE: Final = 50
LOOK_UP: Final = 2
"""How many rows of the list are walked past while one person whom an index leads to is looked up."""
LOOK_UP_IN_INDEX: Final = 10
"""The same where they are passed by in the list's index, and no row is looked at but of those who may fit."""
TRIGRAMS: Final = 3_000
"""How many rows of the list are walked past while the index of texts is read for one search."""
Ranking = Literal["updated", "created", "earliest", "deleted"]
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people: all known ones (L1), or those that also have all of what is named.

    `search`: part of an e-mail, phone, name or external id, or a whole contact id. `type`: subscriber,
    unsubscriber, purchaser, anonymous. `mark`: `email`, `email.active`, `phone.blacklisted`, `banned` …
    `deleted`: those on the Deleted tab instead (Y9), who alone can be `ranked` by deletion; None: both together
    (Y15). `criteria` as `criteria.tree` joins them, relative dates of theirs counted back from `at`.
    """

    search: str | None = None
    type: str | None = None
    mark: str | None = None
    deleted: bool | None = False
    ranked: Ranking = "updated"
    criteria: Node | None = None
    at: datetime | None = None


FROM: Final = "FROM all_contacts c\n"
SEARCH: Final = "FROM contact_search s\n"
_FOUND = "JOIN contact_search s USING (id)\n"
_LISTED = "WHERE c.organization = %(organization)s AND deleted = %(deleted)s\n"
_TYPE = "AND type = %(type)s\n"
_MARK = "AND c.marks @> ARRAY[%(mark)s]\n"
_RARE_MARK = "AND c.id = ANY (ARRAY(SELECT id FROM contact_search WHERE marks @> ARRAY[%(mark)s]))\n"
_BY_TEXT = "SELECT s.id FROM contact_search s WHERE "
_THERE = "WHERE s.organization = %(organization)s AND s.counted_as[1] = %(there)s\n"
CONTACT: Final = "AND c.id = (SELECT person_id FROM contact_aliases WHERE contact_id = %(contact)s)\n"


@dataclass(slots=True)
class Query:
    """The pieces of a query from FROM on, before paging, with its values. `few`: an index leads to these people.

    `listed`: those of the list, `conditions`: what else is asked, `criteria`: and of them. `alone`: all of it, of
    the rows `s` of `contact_search`; None where those do not say it. `searched`: the part of it about their texts.
    `in_index`: what is so of the rows `w` of the list's index of all who fit, and of few others; None where it says
    nothing. `people`: how many fit, where that is counted.
    """

    listed: str
    joined: str
    conditions: str
    criteria: str
    few: bool
    asking: Asking
    alone: str | None = None
    searched: Searched | None = None
    in_index: str | None = None
    people: float | None = None

    @property
    def values(self) -> dict[str, Any]:
        return self.asking.values

    def led_by(self, found: Lead | None) -> None:
        """Has an index lead to those whom the criteria fit, where one does."""
        if found is not None:
            self.criteria = found.condition if found.exact else self.criteria + found.condition

    @property
    def in_rows(self) -> str:
        """What else is asked, of the rows of the list alone: a search looks at their own texts."""
        return self.conditions.replace(*self.searched) if self.searched is not None else self.conditions


def query_of(connection: Connection[Any], organization: str, asked: Filter, known: Known | None = None) -> Query:
    """The pieces for one of both, deleted or not. Raises ValueError for a mark or a search that cannot be taken."""
    asking = Asking(organization, asked.at or _LATEST, known)
    query = Query(_LISTED, "", "", "", False, asking)
    query.values["deleted"], query.values["there"] = asked.deleted, "deleted" if asked.deleted else "all"
    alone: list[str | None] = [_THERE]
    if asked.type is not None:
        query.conditions += _TYPE
        query.values["type"] = asked.type
        alone.append(None)
    if asked.mark is not None:
        if asked.mark not in MARKS:
            raise ValueError(f"mark: {MARKS_SAID}")
        query.values["mark"] = marked(organization, asked.mark)
        query.few, query.people = _is_rare(connection, asking, asked)
        query.conditions += _RARE_MARK if query.few else _MARK
        alone.append(_MARK.replace("c.", "s."))
    if asked.search is not None:
        query.few = True
        contact_id = _contact_id(asked.search)
        if contact_id is not None:
            query.conditions += CONTACT
            query.values["contact"] = contact_id
            alone.append(None)
        else:
            query.joined = _FOUND
            query.searched = searched(asked.search.strip().lower(), query.values)
            query.conditions += f"AND {query.searched.by_index}\n"
            alone.append(f"AND {query.searched.by_index}\n")
    if asked.criteria is not None:
        query.criteria = f"AND {tree.condition(asked.criteria, asking)}\n"
        said = tree.in_search(asked.criteria, asking)
        alone.append(f"AND {said}\n" if said else None)
        query.people = None
    query.alone = "".join(one for one in alone if one) if None not in alone else None
    if asked.ranked == "updated":
        query.in_index = _in_index(asked, asking)
    return query


def _in_index(asked: Filter, asking: Asking) -> str | None:
    said = [signed(asking, Held("marks", [asked.mark]))] if asked.mark is not None else []
    of_criteria = tree.in_index(asked.criteria, asking) if asked.criteria is not None else None
    return " AND ".join([*said, *filter(None, [of_criteria])]) or None


def plain(organization: str, asked: Filter) -> Filter:
    """The same people: a single criterion that is but a mark is asked for as that mark, which is counted."""
    one = tree.alone(asked.criteria) if asked.criteria is not None and asked.mark is None else None
    held = one.marked_by(Asking(organization, _LATEST)) if one is not None else None
    if held is None or held.column != "marks" or held.none or len(held.names) > 1:
        return asked
    return replace(asked, mark=held.names[0], criteria=None)


def everyone(connection: Connection[Any], asking: Asking, deleted: bool | None) -> int:
    """All people of the organization who are not deleted, or who are."""
    if asking.known.people is None:
        return counters.everyone(connection, asking.organization, deleted)
    return asking.known.people.get("deleted" if deleted else "all", 0)


def _is_rare(connection: Connection[Any], asking: Asking, asked: Filter) -> tuple[bool, int]:
    """Whether so few have the mark that they are sooner found first and put in order then; and how many have it.

    Walking the list costs PAGE * everyone / marked rows for a page, finding first costs `marked` rows. The
    counters know both; the planner guesses, and walks the whole list for a mark that hardly anybody has.
    """
    all_there, counted_as = ("deleted", f"deleted.{asked.mark}") if asked.deleted else ("all", str(asked.mark))
    known = asking.known.people
    counted = counters.people(connection, asking.organization) if known is None else known
    people = counted.get(counted_as, 0)
    look_up = LOOK_UP_IN_INDEX if asked.ranked == "updated" else LOOK_UP
    return is_few(people, counted.get(all_there, 0), look_up), people


def is_few(people: float, everyone: int, look_up: int = LOOK_UP, begin: int = 0) -> bool:
    """Whether so many of everyone are sooner found first and put in order then: as many rows as would have to be
    walked otherwise cost more. `begin`: what the index itself costs, in rows that are walked.
    """
    return begin + look_up * people < min(PAGE * everyone / max(people, 1), everyone)


def found_by_text(connection: Connection[Any], query: Query, search: Searched) -> float:
    """How many the planner reckons that the search leads to."""
    return GUESSED * rows(connection, _BY_TEXT + search.by_index, query.asking)


def _contact_id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
