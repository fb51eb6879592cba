"""The compliance clock as a page: what is overdue stands first, and the replies that wait beside it."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from ledger.acts.act import Act
from ledger.acts.consent import OptOut
from ledger.acts.given import Given
from tests.api.messages import PHONE, event, signup
from tests.api.serving import Served
from tests.console.conftest import PASSWORD, Scene


@pytest.fixture
def looking(scene: Scene, person: Callable[..., str], browser: httpx.Client) -> httpx.Client:
    answer = browser.post("/console/login", data={"email": person("auditor"), "password": PASSWORD})
    assert answer.status_code == 303
    return browser


def received_long_ago(server: Served, organization: str) -> None:
    """An opt-out that lay with the broker for a month before it was recorded."""
    received = server.ledger.now() - timedelta(days=30)
    ann = Given("email", "ann0@example.com", "ann0@example.com")
    body = OptOut(ann, "email", f"{organization}/shop", (), "complaint")
    act = Act(
        organization=organization,
        source="slow",
        message_id="late-1",
        type="contact.opt-out.v1",
        received_at=received,
        content=b"late",
        body=body,
        occurred_at=received,
    )
    server.ledger.recording.record([act])
    server.project()


def test_what_is_overdue_stands_above_what_came_last(scene: Scene, looking: httpx.Client) -> None:
    path = f"/console/{scene.organization}/clock"
    assert "Overdue, the longest waiting first" not in looking.get(path).text
    received_long_ago(scene.server, scene.organization)
    page = looking.get(path).text
    late = page.partition("Overdue, the longest waiting first")[2].partition("</section>")[0]
    assert "Spam report" in late or "Complaint" in late
    assert "All 1 overdue" in late
    said = looking.get(f"{path}.json").json()
    assert [one["method"] for one in said["late"]] == ["complaint"]
    assert looking.get(f"{path}.json", params={"show": "overdue"}).json()["late"] == []


def test_replies_that_nobody_understood_are_told_of(scene: Scene, looking: httpx.Client) -> None:
    organization, path = scene.organization, f"/console/{scene.organization}/clock"
    assert looking.get(f"{path}.json").json()["waiting"] == {
        "replies": 0,
        "more": False,
        "first_due_at": None,
        "overdue": False,
    }
    sender = f"{organization}/shop/48100"
    texts = [{"channel": "sms", "scope": sender, "purposes": ["marketing"]}]
    scene.record(
        event("contact.signup.v1", organization, identifiers=[PHONE], subscriptions=texts, method="form"),
        event("sms.inbound.v1", organization, **{"from": PHONE["value"]}, to=sender, text="what is offer 9?"),
        signup(organization),
    )
    waiting = looking.get(f"{path}.json").json()["waiting"]
    assert waiting["replies"] == 1
    assert waiting["first_due_at"] > scene.server.ledger.now().isoformat()
    assert f"/console/{organization}/replies" in looking.get(path).text
