"""The client that docs/api.md shows, run as it stands there against a served ledger."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.messages import event, signup
from tests.api.serving import Caller, Served

DOCUMENT = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
def shown(server: Served, admin: Caller) -> Iterator[dict[str, Any]]:
    """The names that the document's Python defines, once it has paused Ann who signed up before; its connections
    are closed at the end.
    """
    admin.record(
        signup(admin.organization), signup(admin.organization, {"kind": "email", "value": "b@example.com"})
    )
    server.project()
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL))
    code = code.replace("https://ledger.example.com", server.url).replace("clk_…", admin.key)
    code = re.sub(r"\bacme\b", admin.organization, code)
    names: dict[str, Any] = {}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    with closing(names["ledger"]):
        yield names


def test_it_asks_records_and_reads(shown: dict[str, Any], admin: Caller) -> None:
    shop = f"{admin.organization}/shop/-/news"
    assert not shown["may_send"]("ann@example.com", shop), "the document has paused her"
    assert shown["may_send"]("b@example.com", shop)
    assert not shown["may_send"]("no address", shop)
    [done] = shown["record"](signup(admin.organization, {"kind": "email", "value": "c@example.com"}))
    assert done["result"] == "recorded"
    with pytest.raises(ValueError, match="identifiers"):
        shown["record"](event("contact.signup.v1", admin.organization))


def test_it_goes_through_every_page(shown: dict[str, Any]) -> None:
    emails = [one["emails"][0] for one in shown["everyone"](limit=1)]
    assert sorted(emails) == ["ann@example.com", "b@example.com"]


def test_it_does_a_thing_once_and_reads_it_once(shown: dict[str, Any]) -> None:
    first = shown["define_field"]("shoe_size", "number", "f-1")
    assert shown["define_field"]("shoe_size", "number", "f-1") == first
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        shown["define_field"]("shoe_size", "text", "f-1")
    statuses: list[int] = []
    shown["ledger"].event_hooks = {"response": [lambda answer: statuses.append(answer.status_code)]}
    known = shown["read"]("fields")
    assert shown["read"]("fields") == known
    assert statuses == [200, 304]


def test_a_ledger_that_is_away_means_no(shown: dict[str, Any]) -> None:
    shown["ledger"].base_url = "http://127.0.0.1:1/"
    assert not shown["may_send"]("b@example.com")
