"""The closed sets of words of the field (DESIGN §2), spelled as they are stored and sent."""

from enum import StrEnum
from typing import Final, Literal


class Consent(StrEnum):
    NEVER = "never"
    PENDING = "pending"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    DECLINED = "declined"
    EXPIRED = "expired"


class Deliverability(StrEnum):
    ACTIVE = "active"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLACKLISTED = "blacklisted"


class Hold(StrEnum):
    NONE = "none"
    PAUSED = "paused"
    BLOCKED = "blocked"
    BANNED = "banned"


class ReplyClass(StrEnum):
    STOP = "stop"
    START = "start"
    YES = "yes"
    HELP = "help"
    OTHER = "other"


class Confidence(StrEnum):
    """How sure the reading of a reply is: by whole keyword, by a phrase in it, by a person, not read at all."""

    EXACT = "exact"
    PHRASE = "phrase"
    PERSON = "person"
    NONE = "none"


ALL: Final = "*"
"""As a channel or purpose: every one of the identifier's."""

CHANNELS_OF: Final[dict[str, tuple[str, ...]]] = {
    "email": ("email",),
    "phone": ("sms", "mms", "whatsapp", "viber", "voice"),
    "web_push": ("web_push",),
    "app_push": ("app_push",),
    "telegram": ("telegram",),
    "external_id": (),
    "tracker": (),
}
"""Identifier kind → the channels it can be reached on. Kinds without a channel only name a person."""

KINDS: Final = tuple(CHANNELS_OF)
CHANNELS: Final = tuple(channel for channels in CHANNELS_OF.values() for channel in channels)
STRONG_KINDS: Final = frozenset({"email", "phone", "external_id"})
PURPOSES: Final = ("marketing", "cart", "transactional")
KEYWORD_CHANNELS: Final = ("sms", "mms")
"""Channels an inbound text's STOP, START, YES speak for."""
TEXT_CHANNELS: Final = frozenset({"sms", "mms", "whatsapp", "viber"})

OWN_METHODS: Final = frozenset({"form", "keyword", "checkout", "call", "preference_page"})
"""Signup methods that are the person's own act."""
BULK_METHODS: Final = frozenset({"api", "import"})
"""Signup methods on somebody's behalf."""
SIGNUP_METHODS: Final = OWN_METHODS | BULK_METHODS
Basis = Literal["express", "inquiry", "purchase"]
"""What a consent rests on: the person said yes, asked something, or bought something."""
OPT_OUT_METHODS: Final = frozenset(
    {
        "keyword",
        "link",
        "one_click",
        "manual",
        "complaint",
        "carrier",
        "provider_rejection",
        "import",
        "preference_page",
    }
)
OWN_DEVICE_METHODS: Final = frozenset({"keyword", "carrier", "provider_rejection"})
"""Opt-outs that, on text channels, only an act from the person's own device may lift."""
