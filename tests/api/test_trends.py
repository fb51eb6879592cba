"""Opt-ins and opt-outs by day over HTTP: what is counted, what narrows it, and periods that are refused."""

from typing import Any

import pytest

from tests.api.messages import EMAIL, PHONE, opt_out, signup
from tests.api.serving import Caller, Served


@pytest.fixture
def told(server: Served, admin: Caller) -> Caller:
    """Two signups on 2 March, an opt-out on the day after."""
    organization = admin.organization
    admin.record(
        signup(organization),
        signup(organization, PHONE, "sms", method="checkout"),
        opt_out(organization, EMAIL),
    )
    server.project()
    return admin


def asked(caller: Caller, **query: str) -> dict[str, Any]:
    period = {"since": "2026-03-01", "until": "2026-03-04"}
    answer = caller.get("trends", **{**period, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_every_day_of_the_period_is_there(told: Caller) -> None:
    found = asked(told)
    assert [(one["day"], one["opt_ins"], one["opt_outs"]) for one in found["days"]] == [
        ("2026-03-01", 0, 0),
        ("2026-03-02", 2, 0),
        ("2026-03-03", 0, 1),
        ("2026-03-04", 0, 0),
    ]
    assert (found["opt_ins"], found["opt_outs"]) == (2, 1)
    assert found["lists"] == [{"name": f"{told.organization}/shop", "opt_ins": 2, "opt_outs": 1}]
    assert {one["name"]: one["opt_ins"] for one in found["methods"]} == {"form": 1, "checkout": 1, "link": 0}


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"method": "checkout"}, (1, 0)),
        ({"channel": "email"}, (1, 1)),
        ({"since": "2026-03-03"}, (0, 1)),
        ({"until": "2026-03-02"}, (2, 0)),
    ],
)
def test_what_narrows_it(told: Caller, narrowed: dict[str, str], expected: tuple[int, int]) -> None:
    found = asked(told, **narrowed)
    assert (found["opt_ins"], found["opt_outs"]) == expected


def test_a_place_holds_what_lies_below_it_and_no_other(told: Caller) -> None:
    organization = told.organization
    assert asked(told, scope=organization)["opt_ins"] == 2
    assert asked(told, scope=f"{organization}/shop")["opt_ins"] == 2
    assert asked(told, scope=f"{organization}/sho")["opt_ins"] == 0
    assert asked(told, scope=f"{organization}/shop/48099")["opt_ins"] == 0


def test_the_last_thirty_days_are_usual_and_a_period_has_an_end(told: Caller) -> None:
    assert len(told.get("trends").json()["days"]) == 30
    for wrong in ({"since": "2026-03-02", "until": "2026-03-01"}, {"since": "2020-01-01"}, {"since": "soon"}):
        assert told.get("trends", **wrong).status_code == 422
