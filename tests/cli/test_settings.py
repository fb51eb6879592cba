"""Settings: a wrong or missing one refuses the start, names the variable, says what to set, and shows no value."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from entrypoints.settings import PREFIX, Settings, load, unknown
from ledger.errors import SettingsRefused
from tests.api.serving import ENVIRONMENT

GOOD = {**ENVIRONMENT, "LEDGER_DATABASE_URL": "postgresql://someone@db:5432/ledger"}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def _load(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load()


def test_what_must_be_set_is_all_named_at_once() -> None:
    with pytest.raises(SettingsRefused) as refused:
        load()
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "LEDGER_DATABASE_URL",
        "LEDGER_PEPPER",
        "LEDGER_MASTER_KEY",
    ]
    assert all("not set. Set it to " in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEDGER_DATABASE_URL", "mysql://secret@db/ledger"),
        ("LEDGER_DATABASE_URL", "postgresql://secret@db"),
        ("LEDGER_OWNER_DATABASE_URL", "secret"),
        ("LEDGER_PEPPER", "secret !"),
        ("LEDGER_PEPPER", base64.b64encode(b"secret").decode()),
        ("LEDGER_MASTER_KEY", base64.b64encode(b"secret" * 10).decode()),
        ("LEDGER_HTTP_PORT", "65536"),
        ("LEDGER_HTTP_PORT", "secret"),
        ("LEDGER_HTTP_THREADS", "0"),
        ("LEDGER_TOPICS", "a,,b"),
        ("LEDGER_GROUP", ""),
        ("LEDGER_KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("LEDGER_KAFKA_SASL_MECHANISM", "secret"),
        ("LEDGER_LOG_LEVEL", "loud"),
        ("LEDGER_DEMO", "perhaps"),
        ("LEDGER_LINK_KEYS", "secret !"),
        ("LEDGER_LINK_KEYS", f"{base64.b64encode(b'k' * 32).decode()},"),
        ("LEDGER_PUBLIC_URL", "http://secret.example.com"),
        ("LEDGER_PUBLIC_URL", "https://secret.example.com/?x=1"),
        ("LEDGER_PUBLIC_URL", "secret.example.com"),
        ("LEDGER_UNSUBSCRIBE_MAILTO", "secret"),
        ("LEDGER_UNSUBSCRIBE_MAILTO", "secret@example.com>, <mailto:x@example.com"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_set_and_without_its_value(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        _load(monkeypatch, {**GOOD, name: value})
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{name}: ")
    assert "Set it to " in line
    assert "secret" not in line.split("Set it to")[0]


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(_load(monkeypatch, {**GOOD, "LEDGER_DATABASE_URL": "postgresql://u:hidden@db/ledger"}))
    assert "hidden" not in shown
    assert "pppp" not in shown


def test_topics_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, {**GOOD, "LEDGER_TOPICS": "one, two"}).topics == ("one", "two")


def test_link_keys_are_listed_with_commas_and_needed_only_where_links_are(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
    settings = _load(
        monkeypatch, {**GOOD, "LEDGER_LINK_KEYS": f"{new}, {old}", "LEDGER_PUBLIC_URL": "https://a.b/"}
    )
    assert settings.link_secrets == (b"n" * 32, b"o" * 32)
    assert settings.links_at == "https://a.b"
    assert "nnnn" not in repr(settings)
    for name in ("LEDGER_LINK_KEYS", "LEDGER_PUBLIC_URL"):
        monkeypatch.delenv(name)
    with pytest.raises(SettingsRefused, match="LEDGER_LINK_KEYS: not set"):
        _ = load().link_secrets
    with pytest.raises(SettingsRefused, match="LEDGER_PUBLIC_URL: not set"):
        _ = load().links_at


def test_kafka_and_the_owner_are_asked_for_only_where_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch, GOOD)
    with pytest.raises(SettingsRefused, match="LEDGER_KAFKA_BOOTSTRAP: not set"):
        _ = settings.brokers
    with pytest.raises(SettingsRefused, match="LEDGER_OWNER_DATABASE_URL: not set"):
        _ = settings.owner_url


def test_misspelt_settings_are_noticed() -> None:
    assert unknown({"LEDGER_PEPER": "", "LEDGER_PEPPER": "", "PATH": ""}) == ["LEDGER_PEPER"]


SECURED = {
    **GOOD,
    "LEDGER_KAFKA_BOOTSTRAP": "kafka:9093",
    "LEDGER_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "LEDGER_KAFKA_USER": "ledger",
}


def test_how_kafka_is_entered_is_read_from_settings_and_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, password = tmp_path / "ca.pem", tmp_path / "password"
    authority.write_text("PEM")
    password.write_text("a secret\n")
    files = {"LEDGER_KAFKA_CA_FILE": str(authority), "LEDGER_KAFKA_PASSWORD_FILE": str(password)}
    entered = _load(monkeypatch, {**SECURED, **files}).brokers
    assert (str(entered), entered.protocol, entered.ca_file) == ("kafka:9093", "SASL_SSL", str(authority))
    assert (entered.mechanism, entered.user, entered.password) == ("SCRAM-SHA-512", "ledger", "a secret")
    assert "secret" not in repr(entered)
    plain = _load(monkeypatch, {"LEDGER_KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}).brokers
    assert (plain.mechanism, plain.user, plain.password) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEDGER_KAFKA_PASSWORD_FILE", None),
        ("LEDGER_KAFKA_PASSWORD_FILE", "not/there"),
        ("LEDGER_KAFKA_PASSWORD_FILE", "empty"),
        ("LEDGER_KAFKA_CA_FILE", "not/there"),
        ("LEDGER_KAFKA_USER", None),
        ("LEDGER_KAFKA_SASL_MECHANISM", "PLAIN"),
    ],
)
def test_what_would_not_let_us_into_kafka_is_refused_when_it_is_needed(
    name: str, value: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("password").write_text("a secret")
    Path("empty").write_text("\n")
    environment = {**SECURED, "LEDGER_KAFKA_PASSWORD_FILE": "password"}
    if name == "LEDGER_KAFKA_SASL_MECHANISM":
        environment["LEDGER_KAFKA_SECURITY_PROTOCOL"] = "SASL_PLAINTEXT"
    settings = _load(monkeypatch, {key: text for key, text in (environment | {name: value}).items() if text})
    with pytest.raises(SettingsRefused, match=f"^{name}: .* Set it to ") as refused:
        _ = settings.brokers
    assert "a secret" not in str(refused.value)
