"""What `audit_history` says: a sentence for every event there can be, and never anything that is sealed."""

from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange, ProfileEdit
from ledger.acts.given import Given
from ledger.events.body import Event
from ledger.events.stored import EVENT_TYPES
from projections import audit_history, conflicts
from projections.audit_history import Entry
from projections.sentences import sentence
from tests.projections.world import World, key
from tests.store.golden import path_of

EMAIL = Given("email", "ann@example.com", "Ann@example.com")
NEWS = Subscription("email", "acme/shop/-/news", ("cart", "marketing"))


@pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_every_event_has_a_sentence_without_its_sealed_part(event: type[Event]) -> None:
    body = event.model_validate(orjson.loads(path_of(event.NAME).read_bytes())["body"])
    said = sentence(body)
    assert said.endswith(".")
    assert "{" not in said
    assert said == sentence(body.model_copy(update=dict.fromkeys(body.SEALED_FIELDS)))


def history(world: World, *streams: UUID, after: Entry | None = None, limit: int = 100) -> list[Entry]:
    with world.connect() as connection:
        return audit_history.history(connection, "acme", streams, after=after, limit=limit)


def test_what_happened_in_words_latest_first(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"), at=world.now - timedelta(days=2))
    world.record(OptOut(EMAIL, "email", "acme/shop", (), "one_click"))
    world.project()
    entries = history(world, key("email", EMAIL.value))
    assert [entry.sentence for entry in entries][:2] == [
        "Opted out of e-mail at acme/shop by one click in the mail program.",
        "Subscribed to e-mail for cart and marketing at acme/shop/-/news by form.",
    ]
    opted_out, subscribed = entries[:2]
    assert subscribed.occurred_at == subscribed.effective_at == world.now - timedelta(days=2)
    assert (subscribed.received_at, subscribed.recorded_at) == (world.now, world.now)
    assert (opted_out.method, opted_out.channel, opted_out.scope) == ("one_click", "email", "acme/shop")
    assert (subscribed.source, subscribed.purposes) == ("test", ["cart", "marketing"])


def test_pages_of_several_streams_follow_each_other(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"), *[ProfileEdit(EMAIL, set={"size": n}) for n in range(5)])
    world.project()
    streams = [row[0] for row in world.rows("SELECT DISTINCT stream_id FROM audit_history")]
    whole = history(world, *streams)
    seen: list[Entry] = []
    while page := history(world, *streams, after=seen[-1] if seen else None, limit=3):
        seen += page
    assert seen == whole
    assert len(whole) == world.store.newest().position


def test_another_organization_sees_nothing(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"))
    world.project()
    with world.connect() as connection:
        assert audit_history.history(connection, "globex", [key("email", EMAIL.value)]) == []


def test_an_opt_out_under_a_used_message_id_is_listed_as_a_conflict(world: World) -> None:
    def said(body: Body) -> None:
        world.recording.record([world.act(body, number=7)])

    said(OptOut(EMAIL, "email", "acme/shop", (), "link"))
    said(OptOut(EMAIL, "email", "acme/outlet", (), "link"))
    world.project()
    with world.connect() as connection:
        listed = conflicts.conflicts(connection, "acme")
        assert [(entry.name, entry.scope) for entry in listed] == [("identifier.opted-out.v1", "acme/outlet")]
        assert conflicts.conflicts(connection, "acme", before=listed[-1].position) == []


def test_erasing_is_told_too(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"))
    world.record(ContactChange("erase", EMAIL, request_id="request-1"))
    world.project()
    entries = history(world, key("email", EMAIL.value))
    assert "Erased on the person's request; opt-outs, bans and complaints stand." in [e.sentence for e in entries]
