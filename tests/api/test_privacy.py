"""Nothing personal in logs or figures; masked values where values may not be read."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import orjson
import pytest
import structlog

from entrypoints.links import reference
from entrypoints.logs import configure
from entrypoints.masking import masked, masked_text
from entrypoints.roles import Role
from ledger.errors import NotFound
from tests.api.clicking import FROM_PAGE, click, unsubscribe_path
from tests.api.messages import EMAIL, PHONE, question, signup
from tests.api.serving import BATCH, Caller, Served


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is logged, as it would be on stderr."""
    lines = StringIO()
    monkeypatch.setattr(sys, "stderr", lines)
    before = structlog.get_config()
    handlers, level = logging.root.handlers[:], logging.root.level
    configure("debug")
    yield lines
    structlog.configure(**before)
    logging.root.handlers, logging.root.level = handlers, level


def test_requests_leave_no_value_of_them_in_logs_or_figures(
    log: StringIO, server: Served, admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    admin.record(
        signup(admin.organization, evidence={"ip": "203.0.113.7"}), signup(admin.organization, PHONE, "sms")
    )
    admin.post("sendable", question(admin.organization))
    admin.post("lookup", PHONE)
    admin.get("contacts", search="ann@example.com")
    admin.post("contacts/search", {"search": "ann@example.com"})
    admin.post("messages", [signup(admin.organization, {"kind": "email", "value": "ann@"})], BATCH)
    admin.get(f"identifiers/{admin.identifier(**EMAIL)}/history")
    admin.get("contacts/ann@example.com")
    path = unsubscribe_path(admin)
    for seen in (path, f"{path}/preferences", path[:-1]):
        server.client.get(seen)
        click(server, seen, FROM_PAGE)
    written = log.getvalue()
    assert written.count('"event": "request"') >= 7
    figures = server.client.get("/metrics").text
    for value in ("ann@", "4155550100", "203.0.113.7", admin.key.split("_", 2)[2], path[3:20], reference(path[3:])):
        assert value not in written
        assert value not in figures


def test_an_exception_is_logged_by_type_and_place_without_its_message(log: StringIO) -> None:
    try:
        raise KeyError("ann@example.com")
    except KeyError:
        structlog.get_logger().exception("it failed")
        logging.getLogger("library").exception("a library failed on %s", "ann@example.com")
    written = log.getvalue()
    assert written.count('"error": "KeyError"') == 2
    assert "test_privacy.py" in written
    assert "ann@" not in written


def test_a_library_that_repeats_itself_is_heard_once_a_minute(log: StringIO) -> None:
    began = time.time()
    for second in range(100):
        again = logging.LogRecord("kafka", logging.ERROR, "here", 1, "Topic %s not found", ("ann@",), None)
        again.created = began + second
        logging.root.handle(again)
    logging.getLogger("kafka").error("something else")
    said = [orjson.loads(line) for line in log.getvalue().splitlines()]
    assert [(one["text"], one.get("left_out")) for one in said] == [
        ("Topic %s not found", None),
        ("Topic %s not found", 59),
        ("something else", None),
    ]


def test_what_the_ledger_itself_says_is_kept(log: StringIO) -> None:
    try:
        raise NotFound("there is no rejection of this id")
    except NotFound as error:
        structlog.get_logger().warning("it failed", exc_info=error)
    assert "there is no rejection of this id" in log.getvalue()


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("email", "ann@example.com", "a***@example.com"),
        ("email", "a@example.com", "a***@example.com"),
        ("phone", "+14155550100", "+1******0100"),
        ("phone", "+12345", "******"),
        ("external_id", "customer-4711", "***4711"),
        ("external_id", "4711", "***"),
        ("web_push", "x" * 100, "***xxxx"),
        ("email", None, None),
    ],
)
def test_masked_values_can_be_recognised_and_not_used(kind: str, value: Any, shown: Any) -> None:
    assert masked(kind, value) == shown


def test_masked_names_keep_their_first_letter() -> None:
    assert masked_text("Ann Miller") == "A***"
    assert masked_text("") == ""
    assert masked_text(None) is None
