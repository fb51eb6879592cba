"""What the demo keeps between two runs, in one directory: the database, its secrets, and who was met so far."""

import base64
import fcntl
import secrets
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self

import orjson

from entrypoints.settings import PREFIX, Settings
from ledger.errors import LedgerError

_FILE: Final = "demo.json"
ENVIRONMENT: Final = "environment"
"""File of the settings, for a shell to read while the demo runs."""


@dataclass(slots=True)
class Kept:
    """`days` begun and the `people` met in them; the secrets belong to the database beside them.

    `set_up`: whether its organizations are, so that nothing people have changed since is set up again.
    """

    pepper: str
    master_key: str
    link_key: str = field(default_factory=lambda: _secret())
    api_key: str = ""
    password: str = ""
    days: int = 0
    people: int = 0
    set_up: bool = False

    @classmethod
    def read(cls, directory: Path) -> Self:
        """What an earlier run left there, or new secrets."""
        file = directory / _FILE
        if file.exists():
            return cls(**orjson.loads(file.read_bytes()))
        return cls.new()

    @classmethod
    def new(cls) -> Self:
        """Nothing kept yet but new secrets."""
        return cls(pepper=_secret(), master_key=_secret())

    def write(self, directory: Path) -> None:
        """Keeps it, readable by its owner alone; in one step, so that a crash leaves the old or the new."""
        _replace(directory / _FILE, orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2))

    def environment(
        self, database_url: str, bootstrap: str, topics: Iterable[str], public_url: str
    ) -> Mapping[str, str]:
        """The settings for the demo's own servers, as the ledger's processes take them."""
        return {
            "LEDGER_DATABASE_URL": database_url,
            "LEDGER_OWNER_DATABASE_URL": database_url,
            "LEDGER_KAFKA_BOOTSTRAP": bootstrap,
            "LEDGER_TOPICS": ",".join(topics),
            "LEDGER_PEPPER": self.pepper,
            "LEDGER_MASTER_KEY": self.master_key,
            "LEDGER_LINK_KEYS": self.link_key,
            "LEDGER_PUBLIC_URL": public_url,
            "LEDGER_CONSOLE_URL": public_url,
            "LEDGER_LOG_LEVEL": "warning",
            "LEDGER_DEMO": "true",
        }


class DemoRuns(LedgerError):
    """Another demo runs on the same data."""


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """While nobody else keeps anything there. Raises DemoRuns. The lock goes with the process, however it ends."""
    with (directory / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRuns(
                f"a demo is running on {directory} already: use that one or stop it with Ctrl-C;"
                f" `. {directory / ENVIRONMENT}` speaks to it; --data elsewhere runs another"
            ) from None
        yield


def write_environment(directory: Path, environment: Mapping[str, str]) -> None:
    """Leaves the settings for `. environment` in a shell: then `contact-ledger` speaks to the demo's servers."""
    lines = (f"export {name}={shlex.quote(text)}\n" for name, text in environment.items())
    path = f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH\n"
    _replace(directory / ENVIRONMENT, "".join((*lines, path)).encode())


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings that processes with this environment have."""
    return Settings.model_validate({name.removeprefix(PREFIX).lower(): text for name, text in environment.items()})


def _replace(file: Path, content: bytes) -> None:
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_bytes(content)
    new.rename(file)


def _secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
