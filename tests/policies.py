"""Random policies, for the properties of what adopting one changes."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from ledger.events.vocabulary import OPT_OUT_METHODS
from ledger.rules.parameters import policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies, Policy

_methods = st.frozensets(st.sampled_from(sorted(OPT_OUT_METHODS)), max_size=3)
_floor = Policy().bulk_never_lifts

_each: dict[str, st.SearchStrategy[Any]] = {
    "request_lifetime_days": st.integers(1, 9),
    "stop_reach": st.sampled_from(["sender", "merchant", "organization"]),
    "bounce_threshold": st.integers(1, 3),
    "soft_bounces": st.sampled_from(["counted", "separate", "never"]),
    "soft_bounce_threshold": st.integers(1, 3),
    "bulk_never_lifts": _methods.map(lambda methods: sorted(methods | _floor)),
    "own_device_only": _methods.map(sorted),
    "transactional_stops": _methods.map(sorted),
    "express_months": st.none() | st.integers(1, 3),
    "inquiry_months": st.none() | st.integers(1, 3),
    "purchase_months": st.none() | st.integers(1, 3),
    "phone_months": st.none() | st.integers(1, 3),
}
parameters = st.fixed_dictionaries({}, optional=_each)


@st.composite
def one_parameter_apart(draw: st.DrawFn, moments: st.SearchStrategy[datetime]) -> tuple[Policies, Policies]:
    """Two histories that differ in one parameter alone, from some moment on."""
    written = draw(parameters)
    name = draw(st.sampled_from(sorted(_each)))
    one, other = draw(st.tuples(_each[name], _each[name]).filter(lambda drawn: drawn[0] != drawn[1]))
    before, after = (Adoption(policy_of(f"p/{n}", {**written, name: value})) for n, value in ((1, one), (2, other)))
    return Policies((before,)), Policies((before, replace(after, in_force_from=draw(moments))))


@st.composite
def adoptions(draw: st.DrawFn, moments: st.SearchStrategy[datetime]) -> Adoption:
    """A policy from some moment on, perhaps until another."""
    begin, end = draw(moments), draw(st.none() | moments)
    return Adoption(
        policy_of(f"p/{draw(st.integers(1, 99))}", draw(parameters)),
        begin,
        adopted_at=begin,
        in_force_until=end if end is not None and end > begin else None,
        name="p",
    )


def histories_of_policies(moments: st.SearchStrategy[datetime]) -> st.SearchStrategy[Policies]:
    """The built-in policy and up to three adoptions."""

    def made(adopted: list[Adoption]) -> Policies:
        history = BUILT_IN
        for one in adopted:
            history = history.adding(one)
        return history

    return st.lists(adoptions(moments), max_size=3).map(made)
