"""Who hangs together with a contact is read out of stored events, whatever else their headers say."""

from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.events.body import Event
from ledger.events.contact import ContactsLinked, IdentifierAttached
from ledger.events.envelope import Envelope, Recorded
from ledger.store.store import Store
from tests.store.making import append, claimed, envelopes, texts

LIKE_KEYS = [f'","{name}":"{UUID(int=1)}","' for name in ("other_contact_id", "identifier_id")]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    envelopes,
    texts | st.sampled_from(LIKE_KEYS),
    texts | st.sampled_from(LIKE_KEYS),
)
def test_a_person_is_read_whole(store: Store, envelope: Envelope, source: str, reason: str) -> None:
    left, right, identifier = uuid4(), uuid4(), uuid4()

    def said(stream_id: UUID, body: Event) -> Recorded:
        return Recorded(stream_id, 1, 0, replace(envelope, event_id=uuid4(), source=source), body)

    append(
        store,
        said(
            left,
            ContactsLinked(link_id=left, other_contact_id=right, automatic=False, cause=source, reason=reason),
        ),
        said(right, IdentifierAttached(identifier_id=identifier, kind=source)),
        claimed(identifier),
    )
    assert set(store.read_linked([left])) == {left, right}
    assert set(store.read_whole([left])) == {left, right, identifier}
