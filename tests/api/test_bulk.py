"""Files answered and opt-outs taken back over HTTP."""

import io
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pyarrow as arrow
import pytest
from pyarrow import parquet

from entrypoints.api import bodies
from entrypoints.api.suppressing import PARQUET
from entrypoints.roles import Role
from tests.api.messages import opt_out, signup
from tests.api.serving import Caller

CSV = {"content-type": "text/csv"}
MINUTES = {"from": "2026-03-03T09:00:00Z", "to": "2026-03-03T09:08:00Z"}


def mail(number: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{number}@example.com"}


@pytest.fixture
def people(admin: Caller) -> Caller:
    """Three of them; a scanner opted the first out."""
    evidence = {"ip": "192.0.2.17"}
    admin.record(
        *[signup(admin.organization, mail(number)) for number in range(3)],
        opt_out(admin.organization, mail(0), evidence=evidence),
    )
    return admin


def path(caller: Caller, **more: str) -> str:
    asked = {"channel": "email", "scope": f"{caller.organization}/shop", "purpose": "marketing", **more}
    return "suppress?" + urlencode(asked)


def test_a_csv_larger_than_other_bodies_may_be_comes_back_answered(people: Caller) -> None:
    count = 60_000

    def content() -> Iterator[bytes]:
        yield b"id,email\r\n"
        for number in range(0, count, 1_000):
            yield b"".join(b"%07d,person%d@example.com\r\n" % (n, n % 4) for n in range(number, number + 1_000))

    answer = people.send(path(people), content(), CSV)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/csv")
    lines = answer.text.split("\r\n")
    said = {0: "false,unsubscribed", 1: "true,", 2: "true,", 3: "false,never"}
    assert lines[0] == "id,email,sendable,reasons"
    assert lines[1:-1] == [f"{n:07d},person{n % 4}@example.com,{said[n % 4]}" for n in range(count)]


def test_parquet_is_told_by_its_first_bytes(people: Caller) -> None:
    source = io.BytesIO()
    parquet.write_table(arrow.table({"to": ["person0@example.com", "person1@example.com"]}), source)
    answer = people.send(path(people, column="to"), source.getvalue(), CSV)
    assert answer.headers["content-type"] == PARQUET
    assert parquet.read_table(io.BytesIO(answer.content)).column("sendable").to_pylist() == [False, True]


def test_what_is_wrong_with_a_file_is_told_before_the_answer_begins(
    people: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = people.send(path(people), b"a,b\n1,2\n", CSV)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "body")
    assert people.send(path(people, scope="elsewhere"), b"", CSV).status_code == 422
    assert people.send(path(people, channel="pigeon"), b"", CSV).status_code == 422
    assert people.send(path(people), b"", CSV).content == b""
    monkeypatch.setattr(bodies, "MAX_FILE", 100)
    assert people.send(path(people), b"person0@example.com\n" * 6, CSV).status_code == 413


def test_a_file_is_for_those_who_may_ask(people: Caller, caller: Callable[[Role], Caller]) -> None:
    assert caller("auditor").send(path(people), b"person0@example.com\n", CSV).status_code == 403
    assert caller("service").send(path(people), b"person0@example.com\n", CSV).status_code == 200


def test_a_burst_is_listed_approved_and_undone_by_admins(people: Caller, caller: Callable[[Role], Caller]) -> None:
    asked: dict[str, Any] = {**MINUTES, "network": "192.0.2.0/24", "methods": ["link"]}
    shown = people.post("reversals/preview", asked).json()
    assert (shown["count"], shown["makes_sendable"], shown["events"][0]["identifier"]) == (1, 1, "p***@example.com")
    who = {"actor": "ops-7", "reason": "a scanner"}
    approval = {**asked, **who, "approve": shown["digest"]}
    assert caller("service").post("reversals", approval).status_code == 403
    assert people.post("reversals", {**approval, "approve": "0" * 64}).status_code == 409
    done = people.post("reversals", approval).json()
    assert (done["events"], done["recorded"]) == (1, 1)
    assert people.post("reversals", approval).json() == {**done, "recorded": 0}
    assert people.send(path(people), b"person0@example.com\n", CSV).text == "person0@example.com,true,\n"
    undo = {"undo": done["batch"]}
    back = people.post("reversals/preview", undo).json()
    assert back["events"][0]["stops"] == [["email", f"{people.organization}/shop", "marketing"]]
    assert people.post("reversals", {**undo, **who, "approve": back["digest"]}).status_code == 200
    assert people.send(path(people), b"person0@example.com\n", CSV).text.endswith(",false,unsubscribed\n")


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "body"), ({**MINUTES, "network": "here"}, "network"), ({**MINUTES, "methods": ["wink"]}, "method")],
)
def test_what_cannot_be_asked_for_names_its_field(people: Caller, asked: dict[str, Any], field: str) -> None:
    answer = people.post("reversals/preview", asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
