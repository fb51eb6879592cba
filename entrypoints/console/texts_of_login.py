"""The texts of signing in at a provider: part of the catalogue in `texts`."""

from collections.abc import Mapping
from typing import Final

TEXTS_OF_LOGIN: Final[Mapping[str, str]] = {
    "login.provider": "Sign in with {name}",
    "password.title": "Set your password",
    "password.done": "Your password is set",
    "password.log_in": "Log in with it.",
    "password.gone": "This link does not work",
    "password.gone.do": "It was used already, or has ended. Who operates the ledger makes a new one: "
    "`contact-ledger people password`.",
    "login.or": "or with a password",
    "login.provider.failed": "Signing in with {name} did not work. Try again; each attempt counts once and for ten "
    "minutes. If it goes on, the service's log says why.",
    "login.provider.stranger": "You have signed in with {name}, but nobody was added here with a verified e-mail "
    "address of yours. Ask an administrator of your organization.",
}
