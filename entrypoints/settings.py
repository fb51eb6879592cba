"""Settings, all from the environment, in one typed class (DESIGN §9).

A wrong or missing setting refuses the start with a message that names the variable and says what to set;
values never appear in it.
"""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretBytes, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from consumers.cluster import Cluster
from entrypoints.provider import RETURN, Provider
from ledger.errors import SettingsRefused

PREFIX: Final = "LEDGER_"
_SECRET_BYTES: Final = 32


class Settings(BaseSettings):
    """What every process of the service needs to know. `description` says what to set the variable to."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(
        description="the address of the PostgreSQL database, as postgresql://user:password@host:5432/name, with a "
        "user that is a member of the ledger's roles and neither superuser nor owner"
    )
    owner_database_url: SecretStr | None = Field(
        None,
        description="the same address with the user that owns the schema; only `migrate` needs it",
    )
    pepper: SecretBytes = Field(
        description="32 random bytes in base64 (`openssl rand -base64 32`), kept for ever and backed up apart from "
        "the database: with another pepper no address is found again"
    )
    master_key: SecretBytes = Field(
        description="32 random bytes in base64 (`openssl rand -base64 32`), kept as safe as the database is not: "
        "it opens every sealed part"
    )
    kafka_bootstrap: str | None = Field(
        None, description="the Kafka brokers to start from, as host:9092 or host:9092,host:9092"
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="what the brokers' port speaks: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    kafka_ca_file: Path | None = Field(
        None, description="a readable PEM file with the authorities that sign the brokers' certificates"
    )
    kafka_certificate_file: Path | None = Field(
        None, description="a readable PEM file with the client's certificate, where the brokers ask for one"
    )
    kafka_key_file: Path | None = Field(
        None, description="a readable PEM file with the private key of the client's certificate"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how to log in: SCRAM-SHA-512, SCRAM-SHA-256 or (with SASL_SSL only) PLAIN"
    )
    kafka_user: str | None = Field(None, min_length=1, description="the user to log in to Kafka as")
    kafka_password_file: Path | None = Field(
        None, description="a readable file that holds nothing but the password of the Kafka user"
    )
    topics: Annotated[tuple[str, ...], NoDecode] = Field(
        ("contact-ledger.inbound",), description="the inbound topics, with commas between them"
    )
    group: str = Field("contact-ledger", min_length=1, description="the name of the consumer group")
    http_host: str = Field("127.0.0.1", min_length=1, description="the address the HTTP service listens on")
    http_port: int = Field(8080, ge=0, le=65535, description="a port from 1 to 65535, or 0 for any free one")
    http_threads: int = Field(16, ge=1, le=200, description="how many requests are worked on at once, 1 to 200")
    probe_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="a port from 1 to 65535 where consume, project and publish answer /livez, /readyz, /metrics",
    )
    link_keys: Annotated[tuple[SecretBytes, ...], NoDecode] = Field(
        (),
        description="32 random bytes in base64 (`openssl rand -base64 32`) that sign unsubscribe and confirmation "
        "links; while keys are changed several with commas between them, the newest first, each kept for 400 days",
    )
    public_url: str | None = Field(
        None, description="the address at which people reach the unsubscribe service, as https://mail.example.com"
    )
    unsubscribe_mailto: str | None = Field(
        None, pattern=r"^[^\s<>,?@]+@[^\s<>,?@]+$", description="a mailbox that takes unsubscribe requests by mail"
    )
    console_url: str | None = Field(
        None, description="the address at which people reach the console, as https://ledger.example.com"
    )
    cookies_secure: bool = Field(
        True, description="false only where the console is reached without TLS on this machine"
    )
    oidc_issuer: str | None = Field(
        None, description="the OpenID provider's issuer exactly as its tokens say it, as https://login.example.com"
    )
    oidc_client_id: str | None = Field(
        None, min_length=1, description="the id under which the OpenID provider knows this ledger"
    )
    oidc_client_secret: SecretStr | None = Field(
        None, min_length=1, description="the secret that the OpenID provider gave this ledger"
    )
    oidc_name: str = Field(
        "your organization's account",
        min_length=1,
        max_length=60,
        description="what people call the OpenID provider: the login page says `Sign in with …`",
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error"
    )
    demo: bool = Field(False, description="true only for a throw-away ledger: lets it start as superuser")

    @field_validator("database_url", "owner_database_url", mode="after")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            parts = urlsplit(url.get_secret_value())
            if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
                raise ValueError("not the address of a PostgreSQL database")
        return url

    @field_validator("pepper", "master_key", mode="before")
    @classmethod
    def _decoded(cls, text: Any) -> bytes:
        return _secret(text)

    @field_validator("link_keys", mode="before")
    @classmethod
    def _decoded_each(cls, text: Any) -> tuple[bytes, ...]:
        keys = text.split(",") if isinstance(text, str) else text
        return tuple(_secret(key.strip() if isinstance(key, str) else key) for key in keys)

    @field_validator("public_url", "console_url", "oidc_issuer", mode="after")
    @classmethod
    def _is_public(cls, url: str | None, about: ValidationInfo) -> str | None:
        """RFC 8058 asks for https; this machine's own address may do without. An issuer stays as written."""
        parts = urlsplit(url or "https://none")
        local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not (parts.scheme == "https" or local) or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("not an https address without query")
        return url.rstrip("/") if url and about.field_name != "oidc_issuer" else url

    @field_validator("topics", mode="before")
    @classmethod
    def _listed(cls, text: Any) -> Any:
        names = tuple(name.strip() for name in text.split(",")) if isinstance(text, str) else text
        if not names or not all(names):
            raise ValueError("an empty topic name")
        return names

    @property
    def brokers(self) -> Cluster:
        """Where Kafka is and how it is entered; files are read anew each time. Raises SettingsRefused."""
        if not self.kafka_bootstrap:
            raise SettingsRefused(_line("kafka_bootstrap", "not set"))
        protocol, logs_in = self.kafka_security_protocol, self.kafka_security_protocol.startswith("SASL_")
        for name in ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file"):
            if (file := getattr(self, name)) is not None:
                _read(name, file)
        if logs_in and protocol == "SASL_PLAINTEXT" and self.kafka_sasl_mechanism == "PLAIN":
            raise SettingsRefused(_line("kafka_sasl_mechanism", "the password would be sent in the clear"))
        if logs_in and self.kafka_user is None:
            raise SettingsRefused(_line("kafka_user", "not set"))
        return Cluster(
            self.kafka_bootstrap,
            protocol,
            _path(self.kafka_ca_file),
            _path(self.kafka_certificate_file),
            _path(self.kafka_key_file),
            self.kafka_sasl_mechanism if logs_in else None,
            self.kafka_user if logs_in else None,
            _read("kafka_password_file", self.kafka_password_file) if logs_in else None,
        )

    @property
    def link_secrets(self) -> tuple[bytes, ...]:
        """The keys of links, the newest first. Raises SettingsRefused where there is none."""
        if not self.link_keys:
            raise SettingsRefused(_line("link_keys", "not set"))
        return tuple(key.get_secret_value() for key in self.link_keys)

    @property
    def links_at(self) -> str:
        """The address before `/u/…` and `/c/…`. Raises SettingsRefused where it is not set."""
        if self.public_url is None:
            raise SettingsRefused(_line("public_url", "not set"))
        return self.public_url

    @property
    def provider(self) -> Provider | None:
        """Where people may sign in beside passwords, if anywhere. Raises SettingsRefused for half of one."""
        if self.oidc_issuer is None and self.oidc_client_id is None and self.oidc_client_secret is None:
            return None
        for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "console_url"):
            if getattr(self, name) is None:
                raise SettingsRefused(_line(name, "not set"))
        assert self.oidc_issuer is not None
        assert self.oidc_client_id is not None
        assert self.oidc_client_secret is not None
        secret = self.oidc_client_secret.get_secret_value()
        return Provider(
            self.oidc_name, self.oidc_issuer, self.oidc_client_id, secret, f"{self.console_url}{RETURN}"
        )

    @property
    def owner_url(self) -> str:
        """The schema owner's database address. Raises SettingsRefused where it is not set."""
        if self.owner_database_url is None:
            raise SettingsRefused(_line("owner_database_url", "not set"))
        return self.owner_database_url.get_secret_value()


def load() -> Settings:
    """The settings from the environment. Raises SettingsRefused naming every variable that is wrong."""
    try:
        return Settings()
    except ValidationError as refused:
        raise SettingsRefused("\n".join(_explained(error) for error in refused.errors())) from None


def _secret(text: Any) -> bytes:
    if isinstance(text, SecretBytes):
        return text.get_secret_value()
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("not base64") from None
    if len(secret) != _SECRET_BYTES:
        raise ValueError(f"{len(secret)} bytes instead of {_SECRET_BYTES}")
    return secret


def unknown(environment: dict[str, str]) -> list[str]:
    """Variables that begin like the ledger's settings but are none: most likely misspelt."""
    known = {PREFIX + name.upper() for name in (*Settings.model_fields, "organization")}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def _read(name: str, file: Path | None) -> str:
    """What a file named by a setting holds, without the end of the line. Raises SettingsRefused."""
    if file is None:
        raise SettingsRefused(_line(name, "not set"))
    try:
        text = file.read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(_line(name, "cannot be read")) from None
    if not text:
        raise SettingsRefused(_line(name, "empty"))
    return text


def _path(file: Path | None) -> str | None:
    return str(file) if file is not None else None


def _explained(error: Any) -> str:
    trouble = "not set" if error["type"] == "missing" else error["msg"].removeprefix("Value error, ")
    return _line(str(error["loc"][0]), trouble[0].lower() + trouble[1:])


def _line(name: str, trouble: str) -> str:
    return f"{PREFIX}{name.upper()}: {trouble}. Set it to {Settings.model_fields[name].description}."
