"""The generated documents are those of the models, and say of every message what the models say."""

from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from jsonschema import Draft202012Validator

from ledger.events import vocabulary
from schemas import consent, message, outbound
from schemas.__main__ import main
from schemas.documents import HERE, documents, stale
from schemas.registry import MESSAGE_TYPES, RESTRICTIVE_TYPES
from tests.golden_messages import GOLDEN

FORMATS = Draft202012Validator.FORMAT_CHECKER


def _schema(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = orjson.loads((HERE / "json" / f"{name}.json").read_bytes())
    return schema


def test_the_committed_documents_are_those_of_the_models() -> None:
    assert stale() == []
    assert main(["--check"]) == 0


def test_a_changed_missing_or_left_over_document_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schemas.documents.HERE", tmp_path)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "json" / "contact.signup.v1.json").write_text("{}")
    (tmp_path / "json" / "contact.signup.v0.json").write_text("{}")
    (tmp_path / "asyncapi.json").unlink()
    assert {path.name for path in stale()} == {"contact.signup.v1.json", "contact.signup.v0.json", "asyncapi.json"}
    assert main([]) == 0
    assert not (tmp_path / "json" / "contact.signup.v0.json").exists()
    assert main(["--check"]) == 0
    assert main(["--verbose"]) == 2


def test_every_type_has_a_golden_message_and_a_schema() -> None:
    assert MESSAGE_TYPES.keys() == GOLDEN.keys()
    assert MESSAGE_TYPES.keys() >= RESTRICTIVE_TYPES
    assert {path.name.removesuffix(".json") for path in documents() if path.parent.name == "json"} == {
        *MESSAGE_TYPES,
        "contact-ledger.events",
        "contact-ledger.status",
        "identity.changed",
    }


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_golden_messages_are_what_schema_and_model_want(name: str) -> None:
    data = GOLDEN[name]["data"]
    Draft202012Validator.check_schema(_schema(name))
    Draft202012Validator(_schema(name), format_checker=FORMATS).validate(data)
    model = MESSAGE_TYPES[name]
    parsed = model.model_validate(data)
    fields = {field.alias or name for name, field in model.model_fields.items()}
    assert data.keys() <= fields
    assert parsed.model_dump(by_alias=True, exclude_none=True).keys() >= data.keys()


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_golden_messages_show_every_field_that_does_not_exclude_another(name: str) -> None:
    missing = {field.alias or name for name, field in MESSAGE_TYPES[name].model_fields.items()}
    missing -= GOLDEN[name]["data"].keys()
    assert missing <= {"contact_id", "identifier", "request_id"}


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_a_message_without_a_field_it_must_have_is_not_of_the_contract(name: str) -> None:
    validator = Draft202012Validator(_schema(name), format_checker=FORMATS)
    for field in _schema(name)["required"]:
        data = {key: value for key, value in GOLDEN[name]["data"].items() if key != field}
        assert not validator.is_valid(data), field
        assert not validator.is_valid(GOLDEN[name]["data"] | {field: None}), field


def test_the_asyncapi_document_refers_to_what_is_there() -> None:
    document = orjson.loads((HERE / "asyncapi.json").read_bytes())
    messages = document["components"]["messages"]
    for one in messages.values():
        assert (HERE / one["payload"]["schema"]["$ref"]).exists()
    for channel in document["channels"].values():
        for reference in channel["messages"].values():
            assert reference["$ref"].removeprefix("#/components/messages/") in messages
    assert document["channels"]["inbound"]["messages"].keys() == MESSAGE_TYPES.keys()
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]


@pytest.mark.parametrize(
    ("ours", "ledgers"),
    [
        (message.Channel, vocabulary.CHANNELS),
        (message.Kind, vocabulary.KINDS),
        (message.Purpose, vocabulary.PURPOSES),
        (consent.SignupMethod, vocabulary.SIGNUP_METHODS),
        (consent.OptOutMethod, vocabulary.OPT_OUT_METHODS),
        (outbound.Consent, vocabulary.Consent),
        (outbound.Deliverability, vocabulary.Deliverability),
        (outbound.Hold, vocabulary.Hold),
    ],
)
def test_the_wire_has_the_ledgers_words(ours: Any, ledgers: Any) -> None:
    assert sorted(get_args(ours)) == sorted(ledgers)
