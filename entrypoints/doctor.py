"""Checks settings, database, schema, roles, Kafka and lag, and says of each what to mend."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from consumers.broker import BrokerUnavailable, missing_topics, spans
from consumers.positions import standings
from consumers.publisher import TOPICS
from entrypoints.console.assets import there
from entrypoints.health import readiness
from entrypoints.settings import Settings, load, unknown
from entrypoints.wiring import PACKAGES, ROLES, opened, secrets
from ledger.errors import LedgerError, LogUnavailable, MessagesLost, SettingsRefused
from ledger.store.checks import check_environment, check_roles, check_schema, check_server
from ledger.store.connections import refuse_power
from ledger.store.guards import check_guards
from ledger.store.migrate import compare_check_values


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `ok`, or what to mend."""

    check: str
    ok: bool
    said: str


Check = Callable[[], str | None]


def examine() -> Iterator[Finding]:
    """Every check in order; what rests on a failed one is left out."""
    try:
        settings = load()
    except SettingsRefused as refused:
        yield from (Finding("settings", False, line) for line in str(refused).splitlines())
        return
    yield _found("settings", _environment)
    yield _found("links", lambda: _links(settings))
    yield _found("sign-on", lambda: _sign_on(settings))
    yield _found("console", _console)
    database = list(_database(settings))
    yield from database
    if all(finding.ok for finding in database):
        yield _found("projections", lambda: _lag(settings))
    kafka = _found("kafka", lambda: _topics(settings))
    yield kafka
    if kafka.ok and all(finding.ok for finding in database):
        yield _found("positions", lambda: _positions(settings))


def _found(check: str, examined: Check) -> Finding:
    try:
        return Finding(check, True, examined() or "as it should be")
    except LedgerError as error:
        return Finding(check, False, str(error))


def _environment() -> None:
    check_environment(os.environ)
    misspelt = unknown(dict(os.environ))
    if misspelt:
        raise SettingsRefused(f"{', '.join(misspelt)}: no such setting; correct the name or unset it")


def _links(settings: Settings) -> str:
    if not settings.link_keys and settings.public_url is None:
        return "none are offered: LEDGER_LINK_KEYS and LEDGER_PUBLIC_URL are not set"
    others = len(settings.link_secrets) - 1
    return f"lead to {settings.links_at}; the first key signs, {others} older ones verify"


def _sign_on(settings: Settings) -> str:
    provider = settings.provider
    if provider is None:
        return "with passwords alone: LEDGER_OIDC_ISSUER is not set"
    from entrypoints.oidc import SignOnRefused, discovered

    try:
        discovered(provider)
    except SignOnRefused as refused:
        raise SettingsRefused(f"LEDGER_OIDC_ISSUER: {refused.reason}; correct the issuer or its server") from None
    return f"with {provider.name} at {provider.issuer}; register {provider.redirect} there as the redirect address"


def _console() -> str:
    if there("uplot.js") and there("htmx.js"):
        return "draws charts and keeps itself fresh"
    return "draws no charts and stands still, tables and links do the same: build with npm (`make assets`) for them"


def _database(settings: Settings) -> Iterator[Finding]:
    ids, keyring = secrets(settings)
    try:
        with _connected(settings) as connection:
            yield Finding("database", True, "answers")
            yield _found("server", lambda: check_server(connection))
            yield _found("login", lambda: refuse_power(connection, demo=settings.demo))
            schema = _found("schema", lambda: check_schema(connection, PACKAGES))
            yield schema
            if schema.ok:
                yield _found("guards", lambda: check_guards(connection))
                yield _found("roles", lambda: check_roles(connection, ROLES))
                yield _found("secrets", lambda: compare_check_values(connection, ids, keyring))
    except LogUnavailable as error:
        yield Finding("database", False, str(error))


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    try:
        with psycopg.connect(
            settings.database_url.get_secret_value(), autocommit=True, connect_timeout=5
        ) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise LogUnavailable("PostgreSQL does not answer or refuses the login: see LEDGER_DATABASE_URL") from error


def _lag(settings: Settings) -> str:
    with opened(settings) as ledger:
        found = readiness(ledger)
    if found.reasons:
        raise LogUnavailable("; ".join(found.reasons))
    return f"at position {found.position}, lists lag by at most {max(found.lag.values(), default=0)} events"


def _topics(settings: Settings) -> str | None:
    try:
        missing = missing_topics(settings.brokers, [*settings.topics, *TOPICS])
    except BrokerUnavailable as error:
        entry = "LEDGER_KAFKA_BOOTSTRAP, _SECURITY_PROTOCOL, _CA_FILE, _USER and _PASSWORD_FILE say where and how"
        raise BrokerUnavailable(f"{error}, or lets nobody in: {entry} ({settings.brokers.protocol} now)") from error
    inbound = [name for name in missing if name in settings.topics]
    if inbound:
        raise SettingsRefused(f"no topic {', '.join(inbound)}: make it, or correct LEDGER_TOPICS")
    return f"`contact-ledger publish` will make {', '.join(missing)}" if missing else None


def _positions(settings: Settings) -> str:
    found = spans(settings.brokers, settings.topics)
    with opened(settings) as ledger:
        stored = {
            key: position
            for cluster in {span.key.cluster for span in found}
            for key, position in ledger.reading.positions(cluster, settings.topics).items()
        }
    standing = standings(stored, found)
    lost = [f"{one.span.key.topic}/{one.span.key.partition}" for one in standing if one.lost]
    if lost:
        raise MessagesLost(f"messages of {', '.join(lost)} were lost: see `contact-ledger positions`")
    return f"{sum(one.lag for one in standing)} messages to be taken"
