"""Which circumstances of a click are a scanner's."""

from typing import Any

import pytest

from ledger.rules.scanners import suspicion

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ({}, None),
        ({"user_agent": PHONE, "http_method": "POST", "seconds_after_send": 3_600, "ip": "192.0.2.1"}, None),
        ({"http_method": "HEAD"}, "http_method"),
        ({"http_method": "options", "user_agent": PHONE}, "http_method"),
        ({"http_method": "GET"}, None),
        ({"user_agent": "BarracudaSentinel (EE)"}, "user_agent"),
        ({"user_agent": "python-requests/2.32"}, "user_agent"),
        ({"user_agent": "Mozilla/5.0 HeadlessChrome/140"}, "user_agent"),
        ({"user_agent": ""}, None),
        ({"links_within_second": 3}, "links"),
        ({"links_within_second": 2}, None),
        ({"seconds_after_send": 0}, "delay"),
        ({"seconds_after_send": 9.9}, "delay"),
        ({"seconds_after_send": 10}, None),
        ({"seconds_after_send": -5}, None),
        ({"seconds_after_send": True, "links_within_second": "9", "user_agent": 7, "http_method": ["HEAD"]}, None),
    ],
)
def test_suspicion(evidence: dict[str, Any], why: str | None) -> None:
    assert suspicion(evidence) == why
