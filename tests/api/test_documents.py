"""Problem documents, probes, figures and the description of it all."""

from typing import Any

import pytest

from consumers.consumer import ALARM_AFTER
from entrypoints.health import readiness
from entrypoints.organizations import register
from entrypoints.wiring import migrated, opened
from ledger.acts.act import Rejection
from tests.api.messages import signup
from tests.api.serving import Caller, Served, settings


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/livez", 405), ("GET", "/v1/organizations/acme/nothing", 404)],
)
def test_even_what_is_not_there_answers_with_a_problem_document(
    method: str, path: str, status: int, server: Served
) -> None:
    answer = server.client.request(method, path)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"] == status
    assert problem["type"].startswith("urn:contact-ledger:problem:")
    assert problem["title"]
    assert problem["detail"]


def test_a_body_of_another_type_than_json_is_told_what_to_send(admin: Caller) -> None:
    answer = admin.send("lookup", b'{"kind": "email", "value": "ann@example.com"}', {"content-type": "text/plain"})
    assert answer.status_code == 422
    wanted = "a JSON object is needed, sent as application/json"
    assert answer.json()["errors"] == [{"field": "body", "message": wanted}]


def test_it_lives_and_shows_figures_by_route_and_never_by_id(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    key = admin.identifier("email", "ann@example.com")
    admin.get(f"identifiers/{key}/history")
    assert server.client.get("/livez").json() == {"alive": True}
    figures = server.client.get("/metrics").text
    assert 'route="/v1/organizations/{organization}/identifiers/{identifier_id}/history"' in figures
    assert key not in figures
    assert admin.organization not in figures


def test_readiness_tells_of_lists_that_lag(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    assert any(lag > 0 for lag in server.client.get("/readyz").json()["lag"].values())
    server.project()
    ready = server.client.get("/readyz").json()
    assert (ready["state"], ready["reasons"]) == ("ready", [])
    assert set(ready["lag"].values()) == {0}


def test_readiness_tells_of_nothing_but_rejections_until_something_is_recorded(fresh_database: str) -> None:
    migrated(settings(fresh_database))
    with opened(settings(fresh_database)) as ledger:
        bad = Rejection("bad_json", "message: not JSON", ledger.now())
        with ledger.writing.writing() as writing:
            writing.reject([bad] * ALARM_AFTER)
        degraded = readiness(ledger)
        assert degraded.state == "degraded"
        assert "rejections list" in degraded.reasons[0]
        register(ledger, "acme", "Acme")
        assert not any("rejected" in reason for reason in readiness(ledger).reasons)


def test_the_description_is_whole_and_every_operation_of_an_organization_tells_its_errors(server: Served) -> None:
    described = server.client.get("/openapi.json").json()
    for reference in _references(described):
        place: Any = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place
    operations = [
        operation
        for path, methods in described["paths"].items()
        if path.startswith("/v1/")
        for operation in methods.values()
    ]
    assert operations
    for operation in operations:
        assert operation["security"]
        assert {"401", "403", "422", "503"} <= operation["responses"].keys()
        assert "application/problem+json" in operation["responses"]["422"]["content"]


def _references(described: Any) -> list[str]:
    if isinstance(described, dict):
        own = [described["$ref"]] if isinstance(described.get("$ref"), str) else []
        return own + [found for value in described.values() for found in _references(value)]
    if isinstance(described, list):
        return [found for value in described for found in _references(value)]
    return []
