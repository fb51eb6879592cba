"""Where Kafka is, and how it is entered: TLS and SASL."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers to start from, and what they ask for.

    `protocol` is PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; `mechanism` PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
    Without `ca_file` the system's authorities are trusted; the brokers' names are always checked.
    """

    bootstrap: str
    protocol: str = "PLAINTEXT"
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    mechanism: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.bootstrap


Address = Cluster | str
"""A plain text is the bootstrap address of a cluster that asks for nothing."""


def connection(address: Address) -> dict[str, Any]:
    """What every client of this cluster is configured with."""
    if isinstance(address, str):
        return {"bootstrap_servers": address}
    return {
        "bootstrap_servers": address.bootstrap,
        "security_protocol": address.protocol,
        "ssl_cafile": address.ca_file,
        "ssl_certfile": address.certificate_file,
        "ssl_keyfile": address.key_file,
        "sasl_mechanism": address.mechanism,
        "sasl_plain_username": address.user,
        "sasl_plain_password": address.password,
    }
