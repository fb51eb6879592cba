"""Where each value of a profile came from, and what it replaced."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.events.contact import ProfileChanged
from ledger.rules.profile import newest_edits, profile, provenance
from tests.rules.streams import stream

NAMES = st.sampled_from(["name", "city", "tags"])
EDITS = st.builds(
    lambda set_, append, fill, remove: edit(set=set_, append=append, fill=fill, remove=tuple(remove)),
    st.dictionaries(NAMES, st.sampled_from(["a", "b", None]), max_size=2),
    st.dictionaries(NAMES, st.sampled_from(["a", ["a", "b"], []]), max_size=2),
    st.dictionaries(NAMES, st.sampled_from(["a", "c"]), max_size=2),
    st.lists(NAMES, max_size=2, unique=True),
)


def edit(**edits: Any) -> ProfileChanged:
    named = sorted(
        {*edits.get("remove", ()), *(n for key in ("set", "append", "fill") for n in edits.get(key) or ())}
    )
    return ProfileChanged.model_validate({"fields": named, **edits})


def test_a_field_keeps_every_value_it_had_and_how_it_came_to_it() -> None:
    events = stream(
        edit(set={"city": "Ulm"}),
        edit(fill={"city": "Bonn"}),
        edit(append={"tags": "vip"}),
        edit(append={"tags": ["vip", "new"]}),
        edit(append={"tags": "vip"}),
        edit(remove=("city", "nothing")),
        edit(fill={"city": "Köln"}),
    )
    told = {
        name: [(one.how, one.value, one.event_id.int) for one in values]
        for name, values in provenance(events).items()
    }
    assert told == {
        "city": [("set", "Ulm", 1), ("remove", None, 6), ("fill", "Köln", 7)],
        "tags": [("append", ["vip"], 3), ("append", ["vip", "new"], 4)],
    }
    assert provenance(events)["city"][2].at == events[6].effective_at


def test_the_newest_edit_of_a_field_is_told_from_sealed_events() -> None:
    events = stream(edit(set={"city": "Ulm", "name": "Ann"}), edit(fill={"city": "Bonn"}), edit(remove=("tags",)))
    sealed = [
        type(event)(event.stream_id, event.version, event.position, event.envelope, body)
        for event in events
        for body in [event.body.model_copy(update={"set": None, "append": None, "fill": None})]
    ]
    assert {name: event.int for name, event in newest_edits(sealed).items()} == {"name": 1, "city": 2, "tags": 3}


@given(edits=st.lists(EDITS, max_size=8), data=st.data())
def test_the_profile_is_the_last_of_each_fields_values_in_any_order_of_arrival(
    edits: list[ProfileChanged], data: st.DataObject
) -> None:
    events = stream(*edits)
    arrived = data.draw(st.permutations([*events, *events]))
    told = provenance(arrived)
    assert told == provenance(events)
    shown = profile(arrived)
    assert shown == {name: values[-1] for name, values in told.items() if values[-1].how != "remove"}
    for values in told.values():
        assert [one.at for one in values] == sorted(one.at for one in values)
        assert values[0].how != "remove"
