"""Every text of the pages, by language. A new language is one more entry with the same keys."""

from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "en"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "email": "e-mail",
        "sms": "SMS",
        "mms": "MMS",
        "whatsapp": "WhatsApp",
        "viber": "Viber",
        "voice": "phone calls",
        "web_push": "web notifications",
        "app_push": "app notifications",
        "telegram": "Telegram",
        "subscribed": "Subscribed",
        "pending": "Waiting for your confirmation",
        "unsubscribed": "Unsubscribed",
        "never": "Not subscribed",
        "this_address": "your address",
        "everything": "everything",
        "list": "“{name}”",
        "on_channel": "{name} by {channel}",
        "unsubscribe_title": "Unsubscribe?",
        "unsubscribe_ask": "{organization} will no longer send {list} to {address}.",
        "unsubscribe": "Unsubscribe",
        "unsubscribe_from": "Unsubscribe from {list}",
        "choose_instead": "Choose what you get instead",
        "done_title": "You are unsubscribed",
        "done_one": "{organization} will no longer send {list} to {address}.",
        "done_all": "{organization} will no longer send any news or offers to {address}.",
        "done_sent": "A message that is already on its way may still arrive.",
        "more_choices": "See everything you get",
        "preferences_title": "What you get from {organization}",
        "preferences_for": "For {address}.",
        "expired": "The link you followed is from an old message, so nothing was changed. Choose here.",
        "choose": "That choice could not be read. Please choose again.",
        "lists": "Lists",
        "stop_all": "Unsubscribe from all",
        "stop_all_what": "No more news or offers from {organization}, on any channel of {address}.",
        "pause": "Pause",
        "pause_what": "Nothing at all is sent to {address} in that time, not even about your orders. "
        "The pause ends by itself.",
        "pause_days": "{days} days",
        "pause_for": "Pause for {days} days",
        "paused_until": "Paused until {date}.",
        "paused_title": "Paused",
        "confirm_title": "Confirm your subscription",
        "confirm_ask": "{organization} may write to {address}, as asked for when you signed up.",
        "confirm": "Yes, subscribe me",
        "confirm_not": "If you did not sign up, close this page: without your confirmation nothing is sent.",
        "confirmed_title": "You are subscribed",
        "confirmed": "Thank you. You can unsubscribe at any time by the link in every message.",
        "noted_title": "Thank you",
        "noted": "Your confirmation is noted. It counts as soon as your signup has come in.",
        "ended_title": "This confirmation no longer counts",
        "ended": "It came too late, or you have unsubscribed since. To subscribe, please sign up again.",
        "early_title": "One moment, please",
        "early": "Your signup has not come in yet. Please open the link again in a minute.",
        "invalid_title": "This link does not work",
        "invalid": "It may have been cut off. Copy the whole link from the message and open it again.",
        "too_large_title": "That was too much",
        "too_large": "More was sent than a form of ours has. Nothing was changed.",
        "unavailable_title": "Please try again",
        "unavailable": "This could not be done just now and nothing was changed. Please try again in a minute.",
    }
}


def language(accepted: str) -> str:
    """The first language of an Accept-Language header that there are texts for."""
    for wanted in accepted.split(","):
        code = wanted.partition(";")[0].strip().lower().partition("-")[0]
        if code in TEXTS:
            return code
    return DEFAULT
