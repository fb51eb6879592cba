"""Recording on a real database: once each, never stale, nothing lost to a producer's mistake."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from ledger.acts.act import Act, Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import Receipt, Reversal
from ledger.acts.settings import Registration
from ledger.answers import Answers
from ledger.errors import NotFound, PositionMoved, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import Delivered, IdentifierClaimed, Subscribed
from ledger.ids import Ids
from ledger.recording import Outcome, Recording
from ledger.rules.identity import holder, links
from ledger.store.store import Advance, PartitionKey, Store
from tests.ledgers import store_of, store_on
from tests.store.making import IDS

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PHONE = Given("phone", "+14155550100", "+14155550100")
EMAIL = Given("email", "ann@example.com", "Ann@example.com")
PLACE = PartitionKey("cluster", "topic", "", 0)


def act(body: Body, number: str | int, at: datetime = NOW, content: bytes | None = None) -> Act:
    return Act(
        organization="acme",
        source="test",
        message_id=str(number),
        type="test",
        received_at=NOW + timedelta(days=1),
        content=content if content is not None else repr(body).encode(),
        body=body,
        occurred_at=at,
    )


def signup(method: str = "form", given: Given = PHONE, channel: str = "sms") -> SignUp:
    return SignUp((given,), (Subscription(channel, "acme/shop", ("marketing",)),), method)


STOP = OptOut(PHONE, "sms", "acme/shop", (), "link")


class Ledger:
    """A ledger with one organization on a fresh database."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.recording = Recording(store, IDS)
        self.answers = Answers(store, IDS, lambda: datetime.now(UTC))
        self.recording.record([act(Registration("Acme"), "registration")])

    def record(self, *acts: Act) -> list[str]:
        return [outcome.result for outcome in self.recording.record(acts)]

    def sendable(self, given: Given = PHONE, channel: str = "sms") -> tuple[bool, tuple[str, ...]]:
        [answer] = self.answers.sendable("acme", channel, "acme/shop", "marketing", [given])
        return answer.sendable, answer.reasons

    def events(self, given: Given) -> list[Any]:
        key = IDS.identifier("acme", given.kind, given.value)
        return self.store.read([key], opened=True)[key]


@pytest.fixture
def ledger(fresh_database: str) -> Any:
    with store_on(fresh_database) as store:
        yield Ledger(store)


def test_a_signup_then_a_stop(ledger: Ledger) -> None:
    assert ledger.sendable() == (False, ("never",))
    assert ledger.record(act(signup(), 1)) == ["recorded"]
    assert ledger.sendable() == (True, ())
    assert ledger.record(act(STOP, 2, NOW + timedelta(hours=1))) == ["recorded"]
    assert ledger.sendable() == (False, ("unsubscribed",))


def test_the_same_message_again_is_a_duplicate_within_and_across_batches(ledger: Ledger) -> None:
    assert ledger.record(act(signup(), 1), act(signup(), 1)) == ["recorded", "duplicate"]
    before = ledger.store.newest().position
    assert ledger.record(act(signup(), 1)) == ["duplicate"]
    assert ledger.store.newest().position == before


def test_a_used_message_id_with_other_content_refuses_a_grant_and_keeps_an_opt_out(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1))
    [refused] = ledger.recording.record([act(signup("import", EMAIL, "email"), 1)])
    assert (refused.result, refused.reason) == ("refused", "conflict")
    assert ledger.record(act(STOP, 1, NOW + timedelta(hours=1))) == ["conflict"]
    assert ledger.record(act(STOP, 1, NOW + timedelta(hours=1))) == ["duplicate"]
    assert ledger.sendable() == (False, ("unsubscribed",))


def test_whoever_is_there_to_be_told_records_nothing_under_a_used_message_id(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1))
    told = replace(act(STOP, 1, NOW + timedelta(hours=1)), told=True)
    [refused] = ledger.recording.record([told])
    assert (refused.result, refused.reason) == ("refused", "conflict")
    assert ledger.sendable()[0]


def test_a_conflict_is_noticed_within_one_batch(ledger: Ledger) -> None:
    assert ledger.record(act(signup(), 1), act(STOP, 1, NOW + timedelta(hours=1))) == ["recorded", "conflict"]


@pytest.mark.parametrize("absurd", [None, datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)])
def test_an_absurd_time_refuses_a_grant_and_keeps_an_opt_out_at_its_receipt(
    ledger: Ledger, absurd: datetime | None
) -> None:
    late = act(signup("form", EMAIL, "email"), 1, NOW)
    assert ledger.record(act(signup(), 2)) == ["recorded"]
    grant = Act(**{**_fields(late), "occurred_at": absurd, "message_id": "g"})
    [refused] = ledger.recording.record([grant])
    assert refused.result == "refused"
    assert refused.reason in ("time_missing", "time_absurd")
    stop = Act(**{**_fields(act(STOP, 3)), "occurred_at": absurd})
    assert ledger.record(stop) == ["recorded"]
    assert ledger.events(PHONE)[-1].envelope.flags == ("time",)
    assert ledger.events(PHONE)[-1].effective_at == stop.received_at
    [answer] = ledger.answers.sendable("acme", "sms", "acme/shop", "marketing", [PHONE], at=stop.received_at)
    assert not answer.sendable


def _fields(one: Act) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Act.__slots__}


def test_an_unknown_organization_is_refused_and_asking_about_it_is_an_error(ledger: Ledger) -> None:
    other = Act(**{**_fields(act(signup(), 1)), "organization": "nobody"})
    [refused] = ledger.recording.record([other])
    assert (refused.result, refused.reason) == ("refused", "unknown_organization")
    with pytest.raises(UnknownOrganization):
        ledger.answers.sendable("nobody", "sms", "nobody", "marketing", [PHONE])


def test_a_bulk_repeat_of_a_standing_grant_is_left_out(ledger: Ledger) -> None:
    assert ledger.record(act(signup("import"), 1), act(signup("import"), 2)) == ["recorded", "unchanged"]
    assert ledger.record(act(STOP, 3, NOW + timedelta(hours=1))) == ["recorded"]
    assert ledger.record(act(signup("import"), 4, NOW + timedelta(hours=2))) == ["recorded"]
    assert ledger.sendable() == (False, ("unsubscribed",))


def test_a_delivery_known_before_the_bounce_that_it_followed(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1))
    delivered = Receipt(PHONE, "sms", "delivered")
    assert ledger.record(act(delivered, 2, NOW + timedelta(hours=2))) == ["unchanged"]
    assert ledger.record(act(Receipt(PHONE, "sms", "hard_bounce"), 3, NOW + timedelta(hours=1))) == ["recorded"]
    assert [type(event.body) for event in ledger.events(PHONE)][-1] is Delivered
    assert ledger.sendable() == (True, ())


def test_the_position_moves_with_the_events_or_nothing_does(ledger: Ledger) -> None:
    ledger.recording.record([act(signup(), 1)], advances=[Advance(PLACE, None, 10)])
    with pytest.raises(PositionMoved):
        ledger.recording.record([act(STOP, 2, NOW + timedelta(hours=1))], advances=[Advance(PLACE, None, 11)])
    assert ledger.sendable() == (True, ())
    ledger.recording.record([act(STOP, 2, NOW + timedelta(hours=1))], advances=[Advance(PLACE, 10, 11)])
    assert ledger.sendable() == (False, ("unsubscribed",))


def test_a_reversal_of_an_unknown_event_is_refused_and_of_a_known_one_voids_it(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1))
    [stopped] = ledger.recording.record([act(STOP, 2, NOW + timedelta(hours=1))])
    [unknown] = ledger.recording.record([act(Reversal(UUID(int=1), "mistake"), 3)])
    assert (unknown.result, unknown.reason) == ("refused", "unknown_event")
    assert ledger.record(act(Reversal(stopped.event_ids[-1], "scanner"), 4)) == ["recorded"]
    assert ledger.sendable() == (True, ())


def test_erasure_destroys_the_address_and_keeps_the_opt_out(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1), act(STOP, 2, NOW + timedelta(hours=1)))
    assert ledger.record(act(ContactChange("erase", PHONE, "asked", "r-1"), 3)) == ["recorded"]
    assert all(
        event.body.value is None for event in ledger.events(PHONE) if isinstance(event.body, IdentifierClaimed)
    )
    assert ledger.sendable() == (False, ("erased", "unsubscribed"))
    [bulk] = ledger.recording.record([act(signup("import"), 4)])
    assert (bulk.result, bulk.reason) == ("refused", "erased")
    [stuck] = ledger.recording.record([act(signup("form"), 5)])
    assert (stuck.result, stuck.reason) == ("refused", "erased")


def test_what_follows_an_erasure_in_the_same_batch_opens_a_new_key(ledger: Ledger) -> None:
    ledger.record(act(signup(), 1))
    after = datetime.now(UTC) + timedelta(hours=1)
    own = Act(**{**_fields(act(signup(), 3, after)), "received_at": after})
    assert ledger.record(act(ContactChange("erase", PHONE, "asked", "r-1"), 2), own) == ["recorded", "recorded"]
    claims = [event.body for event in ledger.events(PHONE) if isinstance(event.body, IdentifierClaimed)]
    assert [claim.value for claim in claims] == [None, PHONE.value]


class Slow(Store):
    """A store that lets another writer in between deciding and the lock, as a busy machine may."""

    meanwhile: Any = None

    @contextmanager
    def writing(self, expected: Sequence[Recorded] = ()) -> Any:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        with super().writing(expected) as opened:
            yield opened


def test_what_another_writer_recorded_meanwhile_is_decided_on(fresh_database: str) -> None:
    """Fails where the re-check under the lock is taken out: the phone would get two owners and version 1 twice."""
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        slow.meanwhile = lambda: other.record([act(signup(), 1)])
        assert ledger.record(act(Identification((PHONE, EMAIL), "form"), 2)) == ["recorded"]
        assert holder(ledger.events(PHONE)) == holder(ledger.events(EMAIL))


def test_a_signup_decided_before_an_erasure_is_refused_after_it(fresh_database: str) -> None:
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        ledger.record(act(signup(), 1))
        slow.meanwhile = lambda: other.record([act(ContactChange("erase", PHONE, "asked", "r-1"), 2)])
        [outcome] = ledger.recording.record([act(signup("form"), 3)])
        assert (outcome.result, outcome.reason) == ("refused", "erased")


def test_what_joined_the_person_while_the_erasure_was_decided_goes_with_it(fresh_database: str) -> None:
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        ledger.record(act(signup(), 1))
        slow.meanwhile = lambda: other.record([act(Identification((PHONE, EMAIL), "form"), 2)])
        assert ledger.record(act(ContactChange("erase", PHONE, "asked", "r-1"), 3)) == ["recorded"]
        claims = [event.body for event in ledger.events(EMAIL) if isinstance(event.body, IdentifierClaimed)]
        assert [claim.value for claim in claims] == [None]
        claims = [event for event in ledger.events(PHONE) if isinstance(event.body, IdentifierClaimed)]
        assert len(claims) == 1


def test_the_same_message_recorded_by_two_at_once_is_recorded_once(fresh_database: str) -> None:
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        slow.meanwhile = lambda: other.record([act(signup(), 1)])
        assert ledger.record(act(signup(), 1)) == ["duplicate"]


def test_what_is_reversed_may_be_recorded_meanwhile(fresh_database: str) -> None:
    """Fails where acts that name events are not looked at again under the lock."""
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        stream = IDS.identifier("acme", PHONE.kind, PHONE.value)
        grant = IDS.event(IDS.act("acme", "test", "1"), Subscribed.NAME, stream, "sms", "acme/shop", "marketing")
        slow.meanwhile = lambda: other.record([act(signup(), 1)])
        assert ledger.record(act(Reversal(grant, "scanner"), 2)) == ["recorded"]
        assert ledger.sendable() == (False, ("never",))


def test_a_contact_that_is_refused_as_unknown_may_be_made_meanwhile(fresh_database: str) -> None:
    """Fails where a refused act is not looked at again when the contact it names has moved."""
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        stream = IDS.identifier("acme", PHONE.kind, PHONE.value)
        contact = IDS.derived(IDS.act("acme", "test", "1"), "contact", stream)
        slow.meanwhile = lambda: other.record([act(signup(), 1)])
        assert ledger.record(act(ContactChange("delete", contact, "asked"), 2)) == ["recorded"]


def test_a_link_decided_anew_carries_an_opt_out_that_its_first_decision_had_no_need_of(fresh_database: str) -> None:
    """Fails where only what the first decision looked at is read anew: a link of those who are one looks at no
    opt-outs, and then they are parted.
    """
    other_phone, ben = Given("phone", "+14155550199", ""), Given("email", "ben@example.com", "")
    key = Given("external_id", "4711", "")
    stop = OptOut(key, "sms", "acme/shop", (), "manual")
    with store_of(Slow, fresh_database) as slow, store_on(fresh_database) as fast:
        ledger, other = Ledger(slow), Recording(fast, IDS)
        ledger.record(act(Identification((key, EMAIL), "form"), 1), act(Identification((ben,), "form"), 2))
        ledger.record(act(SignUp((other_phone, ben), signup().subscriptions, "form"), 3))
        ledger.record(act(Link(EMAIL, ben, "one person"), 4))
        contact = holder(ledger.events(EMAIL))
        parted = [act(Unlink(contact=contact), 5), act(stop, 6, NOW + timedelta(hours=1))]
        slow.meanwhile = lambda: other.record(parted)
        assert ledger.record(act(Link(EMAIL, ben, "one person after all"), 7)) == ["recorded"]
        assert ledger.sendable(other_phone) == (False, ("unsubscribed",))


def test_deciding_borrows_one_connection_however_much_it_reads(fresh_database: str) -> None:
    """The pool tries a connection at every loan: of a link's round trips they would be every fourth."""
    people = [Given("email", f"p{number}@example.com", "") for number in range(6)]
    with store_on(fresh_database) as store:
        ledger = Ledger(store)
        ledger.record(*[act(Identification((person,), "form"), f"alone-{n}") for n, person in enumerate(people)])
        pool = store.recorder.datastore.pool
        for number, (left, right) in enumerate(pairwise(people)):
            before = pool.get_stats()["requests_num"]
            assert ledger.record(act(Link(left, right, "one person"), f"link-{number}")) == ["recorded"]
            assert pool.get_stats()["requests_num"] - before == 1


def test_concurrent_links_leave_no_lost_link(fresh_database: str) -> None:
    people = [Given("email", f"p{number}@example.com", "") for number in range(8)]
    with store_on(fresh_database) as store:
        ledger = Ledger(store)
        for number, person in enumerate(people):
            ledger.record(act(Identification((person,), "form"), f"alone-{number}"))
        pairs = [(people[number], people[number + 1]) for number in range(7)]

        def link(number: int) -> Sequence[Outcome]:
            return Recording(store, IDS).record([act(Identification(pairs[number], "form"), f"pair-{number}")])

        with ThreadPoolExecutor(7) as pool:
            list(pool.map(link, range(7)))
        contacts = {holder(ledger.events(person)) for person in people}
        person_ids = {ledger.answers.person("acme", contact).id for contact in contacts if contact}
        assert len(person_ids) == 1
        assert all(links(store.read([contact])[contact]) for contact in contacts if contact)


def test_a_profile_edit_of_an_unknown_address_makes_its_contact(ledger: Ledger) -> None:
    assert ledger.record(act(ProfileEdit(EMAIL, set={"first_name": "Ann"}), 1)) == ["recorded"]
    identifier, person = ledger.answers.holder("acme", EMAIL)
    assert identifier == IDS.identifier("acme", "email", EMAIL.value)
    assert person is not None


def test_ids_need_the_same_pepper(ledger: Ledger) -> None:
    assert Ids(b"another").identifier("acme", "email", EMAIL.value) != IDS.identifier("acme", "email", EMAIL.value)


def test_an_id_nobody_has_is_no_answer_but_an_error(ledger: Ledger) -> None:
    with pytest.raises(NotFound):
        ledger.answers.sendable("acme", "sms", "acme/shop", "transactional", [UUID(int=9)])
