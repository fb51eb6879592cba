"""Every error the ledger raises on purpose.

LedgerError
├── SettingsRefused      a setting that is missing, wrong or would lose events
├── SchemaOutOfDate      the database is not at this version's schema
├── MessageRefused       one message that cannot be taken; carries a reason code
├── UnknownOrganization  asked about an organization that is not registered
├── NotFound             asked about a contact, identifier or event the ledger does not hold
├── KeyDestroyed         a sealed part was asked for whose key was erased
├── PositionMoved        another consumer has moved this partition's position
├── MessagesLost         a topic no longer holds what lies at the stored position
└── LogUnavailable       the log cannot be read, so no answer is given

Messages name what to do and never carry personal data.
"""

from collections.abc import Sequence


class LedgerError(Exception):
    """Root of all errors raised on purpose."""


class SettingsRefused(LedgerError):
    """A setting is missing, wrong, or would lose events; the message names it and says what to set."""


class SchemaOutOfDate(LedgerError):
    """The database's schema is older or newer than this program; run `contact-ledger migrate`."""


class MessageRefused(LedgerError):
    """A message cannot be recorded. `reason` is a stable code, `detail` names the field and the mend; of several,
    `errors` holds each.
    """

    def __init__(self, reason: str, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail if detail.startswith(reason) else f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.errors = errors


class UnknownOrganization(LedgerError):
    """The organization is not registered; add it with `contact-ledger organizations add`."""


class NotFound(LedgerError):
    """The ledger holds nothing under this id."""


class KeyDestroyed(LedgerError):
    """The sealed part cannot be opened: its key was erased on request of the person."""


class PositionMoved(LedgerError):
    """Another consumer has moved this partition's stored position; seek to it and read again."""


class MessagesLost(LedgerError):
    """A topic's offsets do not meet the stored position: messages were lost and a person must decide."""


class LogUnavailable(LedgerError):
    """The log cannot be read now, so no answer is given. Try again."""
