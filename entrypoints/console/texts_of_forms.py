"""The texts of forms, and of what was done by one: part of the catalogue in `texts`."""

from collections.abc import Mapping
from typing import Final

TEXTS_OF_FORMS: Final[Mapping[str, str]] = {
    "form.refused": "Nothing was changed.",
    "form.unknown": "{name}: there is none such here; choose one that the page offers",
    "form.search_short": "q: give at least {number} characters, or nothing to see all",
    "form.no_reason": "reason: say why, in 1 to {number} characters",
    "form.once": "once: send the form of the page",
    "form.moment": "give a day as 2026-01-31, or a moment as 2026-01-31T12:00",
    "zone.unknown": "zone: no such time zone; give a name such as Europe/Paris",
    "done.reason": "It counts from now on; lists follow within moments.",
    "done.restored": "Restored.",
    "done.deleted": "Deleted: it is found under Deleted and can be restored.",
    "done.removed": "Duplicates deleted: they are found under Deleted and can be restored.",
    "done.merged": "Merged.",
    "done.dismissed": "Kept as two people.",
    "done.meaning": "The meaning is recorded.",
    "done.meanings": "The meanings are recorded.",
    # Logging in
    "login": "Log in",
    "login.email": "E-mail address",
    "login.password": "Password",
    "login.wrong": "That e-mail address and password do not belong together, or the person may not log in.",
    "login.tries": "Too many attempts. Wait fifteen minutes, or ask an administrator for a new password link.",
    "refused": "Nothing was changed",
    "refused.why": "The form did not come from a page of your session, or the session has ended since.",
    "refused.do": "Go to the console and try again.",
    "password.new": "New password, at least 12 characters",
    "password.again": "The same again",
    "password.differ": "The two are not the same; type it twice",
    "password.set": "Set the password",
}
