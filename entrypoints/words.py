"""What channels and methods are called, on pages and on the command line."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "channel.*": "Every channel",
    "channel.email": "E-mail",
    "channel.sms": "SMS",
    "channel.mms": "MMS",
    "channel.whatsapp": "WhatsApp",
    "channel.viber": "Viber",
    "channel.voice": "Voice",
    "channel.web_push": "Web push",
    "channel.app_push": "App push",
    "channel.telegram": "Telegram",
    "method.form": "Form",
    "method.keyword": "Keyword",
    "method.checkout": "Checkout",
    "method.call": "Call",
    "method.preference_page": "Preference page",
    "method.api": "API",
    "method.import": "Import",
    "method.link": "Link",
    "method.one_click": "One click",
    "method.confirmation": "Confirmation",
    "method.opt_out": "Opt-out",
    "method.manual": "By hand",
    "method.complaint": "Complaint",
    "method.carrier": "Carrier",
    "method.provider_rejection": "Provider rejection",
    "method.profile": "Profile edit",
    "method.receipt": "Delivery report",
    "method.deliverability": "Deliverability",
    "method.hold": "Hold",
    "method.reassignment": "Number reassigned",
    "method.ban": "Ban",
}
