"""The contract as documents: a JSON Schema (2020-12) for each message, and AsyncAPI 3.0 over all of them."""

from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from schemas.outbound import IdentityChanged, OutboundEvent, OutboundStatus
from schemas.registry import MESSAGE_TYPES

HERE: Final = Path(__file__).parent
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
CONTRACT_VERSION: Final = "1.0.0"

_OUTBOUND: Final[dict[str, type[BaseModel]]] = {
    "contact-ledger.events": OutboundEvent,
    "contact-ledger.status": OutboundStatus,
    "identity.changed": IdentityChanged,
}
_ATTRIBUTES: Final = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {
        "type": "string",
        "minLength": 1,
        "maxLength": 500,
        "description": "names the act, together with source and organization",
    },
    "ce_source": {"type": "string", "minLength": 1, "maxLength": 500},
    "ce_time": {
        "type": "string",
        "format": "date-time",
        "description": "when it happened; needed by all that grants something",
    },
    "ce_subject": {"type": "string"},
    "ce_dataschema": {"type": "string", "format": "uri"},
    "ce_traceparent": {"type": "string"},
}


def documents() -> dict[Path, bytes]:
    """Every generated file with what belongs in it."""
    schemas = MESSAGE_TYPES | _OUTBOUND
    files = {HERE / "json" / f"{name}.json": _json(_schema(name, model)) for name, model in schemas.items()}
    return {**files, HERE / "asyncapi.json": _json(asyncapi())}


def stale() -> list[Path]:
    """Generated files that are missing, differ from the models, or belong to none of them."""
    wanted = documents()
    differing = [path for path, content in wanted.items() if not path.exists() or path.read_bytes() != content]
    return differing + [path for path in sorted((HERE / "json").glob("*.json")) if path not in wanted]


def write() -> list[Path]:
    """Writes what is stale and removes what belongs to no model; returns the files touched."""
    wanted, touched = documents(), stale()
    for path in touched:
        if path in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(wanted[path])
        else:
            path.unlink()
    return touched


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI document: one inbound channel, two outbound ones."""
    actions = {"inbound": "receive", "events": "send", "status": "send"}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "contact-ledger",
            "version": CONTRACT_VERSION,
            "description": "What services tell the ledger, and what it tells them.",
        },
        "defaultContentType": "application/json",
        "channels": _channels(),
        "operations": {
            f"{action}-{channel}": {"action": action, "channel": {"$ref": f"#/channels/{channel}"}}
            for channel, action in actions.items()
        },
        "components": {
            "messages": {
                **{name: _inbound_message(name, model) for name, model in MESSAGE_TYPES.items()},
                "contact-ledger.events": _message("contact-ledger.events", OutboundEvent, "the stream id"),
                "identity.changed": _message("identity.changed", IdentityChanged, "the contact id"),
                "contact-ledger.status": _message(
                    "contact-ledger.status", OutboundStatus, "identifier id, channel, scope and purpose"
                ),
            }
        },
    }


def _channels() -> dict[str, Any]:
    return {
        "inbound": {
            "address": "contact-ledger.inbound",
            "description": "CloudEvents, told apart by type: any number of topics may carry them, in either mode. "
            "Keying by person keeps a person's messages in order; no answer depends on it.",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in MESSAGE_TYPES},
        },
        "events": {
            "address": "contact-ledger.events",
            "description": "Every recorded event, and whom a contact id leads to as that changes (told apart by "
            "`type`), at least once, in order per key.",
            "messages": {
                "event": {"$ref": "#/components/messages/contact-ledger.events"},
                "identity": {"$ref": "#/components/messages/identity.changed"},
            },
        },
        "status": {
            "address": "contact-ledger.status",
            "description": "The newest status of each identifier, channel, scope and purpose.",
            "messages": {"status": {"$ref": "#/components/messages/contact-ledger.status"}},
            "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": ["compact"]}}},
        },
    }


def _inbound_message(name: str, model: type[BaseModel]) -> dict[str, Any]:
    headers = {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
        "properties": {**_ATTRIBUTES, "ce_type": {"const": name}},
    }
    return {**_message(name, model, "whatever keeps a person's messages together"), "headers": headers}


def _message(name: str, model: type[BaseModel], key: str) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": "application/json",
        "summary": _summary(model),
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"json/{name}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": key}}},
    }


class _Untitled(GenerateJsonSchema):
    """Without a title at each field that only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    mode: JsonSchemaMode = "validation" if name in MESSAGE_TYPES else "serialization"
    schema = model.model_json_schema(schema_generator=_Untitled, mode=mode)
    if mode == "validation":
        for field in schema["required"]:
            _insist(schema["properties"][field])
    return {"$schema": DIALECT, **schema, "title": name, "description": _summary(model)}


def _insist(field: dict[str, Any]) -> None:
    """A field that belongs to the message is not described as one that may be null."""
    choices = [choice for choice in field.pop("anyOf", []) if choice != {"type": "null"}]
    field.pop("default", None)
    if len(choices) == 1:
        field.update(choices[0])
    elif choices:
        field["anyOf"] = choices


def _summary(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
