"""The texts of the pages before somebody is logged in: part of the catalogue in `texts`."""

from collections.abc import Mapping
from typing import Final

TEXTS_OF_LOGIN: Final[Mapping[str, str]] = {
    "login": "Log in",
    "login.provider": "Sign in with {name}",
    "login.or": "or with a password",
    "login.email": "E-mail address",
    "login.password": "Password",
    "login.wrong.tries": "Too many attempts. Wait fifteen minutes, or ask an administrator for a new "
    "password link.",
    "login.wrong.password": "That e-mail address and password do not belong together, or the "
    "person may not log in.",
    "login.wrong.provider": "Signing in with {name} did not work. Try again; each attempt counts once and for ten "
    "minutes. If it goes on, the service's log says why.",
    "login.wrong.stranger": "You have signed in with {name}, but nobody was added here with a verified e-mail "
    "address of yours. Ask an administrator of your organization.",
}
