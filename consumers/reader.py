"""Polls and what intake makes of them, in this process or in one beside it (DESIGN §8, steps 1 to 3)."""

import gc
import os
import pickle
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from copyreg import pickle as pickle_by
from dataclasses import dataclass, fields
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from operator import attrgetter
from threading import Thread
from typing import Any, Final, Protocol
from uuid import UUID

import structlog

from consumers.broker import Broker
from consumers.intake import Message, take
from ledger.acts.act import Act, Rejection
from ledger.acts.consent import Confirmation, OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import Identification, ProfileEdit
from ledger.acts.given import Given
from ledger.acts.identifier import Receipt
from ledger.deciding.naming import name
from ledger.errors import LedgerError
from ledger.ids import Ids, uuid_numbered
from ledger.store.store import Advance, PartitionKey

_PATIENCE: Final = 15.0
"""Seconds the process beside has to leave its group before it is killed."""


@dataclass(frozen=True, slots=True)
class Read:
    """A partition's poll: what intake made of each of its messages, in order."""

    advance: Advance
    results: tuple[Act | Rejection, ...]


class Reads(Protocol):
    """What the consumer reads from. Not for several threads."""

    def read(self, timeout: float) -> list[Read]:
        """What has come within `timeout` seconds. Raises as `Broker.poll`; each position counts as taken."""

    def tell(self, taken: Sequence[Advance], left: Sequence[PartitionKey]) -> Mapping[PartitionKey, int]:
        """Says what was recorded and what is to be read anew from where the ledger stands; returns the lags."""


class Reader(Reads):
    """Reads from a broker in this process. `ids`: works out with them what ids each act names."""

    def __init__(self, broker: Broker, ids: Ids | None = None) -> None:
        self._broker = broker
        self._ids = ids

    def read(self, timeout: float) -> list[Read]:
        gc.collect(1)  # the client's errors hang in cycles with the frames, and so the polls, they met
        return [
            Read(poll.advance, (*poll.rejections, *map(self._take, poll.messages)))
            for poll in self._broker.poll(timeout)
        ]

    def _take(self, message: Message) -> Act | Rejection:
        taken = take(message)
        if self._ids is not None and isinstance(taken, Act):
            with suppress(Exception):  # whatever fails for it here fails where it is recorded, for this one alone
                name(self._ids, taken)
                taken.content = b""  # its digest is all that is asked of it
        return taken

    def tell(self, taken: Sequence[Advance], left: Sequence[PartitionKey]) -> Mapping[PartitionKey, int]:
        for key in left:
            self._broker.again(key)
        self._broker.commit(taken)
        return self._broker.lags()


class ReaderEnded(LedgerError):
    """The process that reads from Kafka ended by itself. Nothing is lost: start again."""


class ReaderBeside(Reads):
    """A reader in a process of its own, so that polling, intake and recording do not share one interpreter.

    It holds no position that counts: what it has read ahead when either process ends is read again. `opened` is
    called there, so it is a module's function or a partial of one.
    """

    def __init__(self, opened: Callable[[], AbstractContextManager[Reads]]) -> None:
        """Raises what `opened` raises."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, opened), name="reader", daemon=True)
        self._process.start()
        theirs.close()
        self._answer()

    @property
    def pid(self) -> int | None:
        """The process id of the one beside."""
        return self._process.pid

    def read(self, timeout: float) -> list[Read]:
        read: list[Read] = self._ask("read", timeout)
        return read

    def tell(self, taken: Sequence[Advance], left: Sequence[PartitionKey]) -> Mapping[PartitionKey, int]:
        lags: Mapping[PartitionKey, int] = self._ask("tell", taken, left)
        return lags

    def close(self) -> None:
        """Has it leave the group and end."""
        self._pipe.close()
        self._process.join(_PATIENCE)
        self._process.kill()
        self._process.join()

    def _ask(self, what: str, *arguments: Any) -> Any:
        try:
            self._pipe.send((what, arguments))
        except OSError:
            raise ReaderEnded(ReaderEnded.__doc__) from None
        return self._answer()

    def _answer(self) -> Any:
        try:
            answer = pickle.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            raise ReaderEnded(ReaderEnded.__doc__) from None
        if isinstance(answer, LedgerError):
            raise answer
        return answer


def _serve(pipe: Connection, opened: Callable[[], AbstractContextManager[Reads]]) -> None:
    """In the process beside: answers until the other end of the pipe is closed, by whatever end of its process."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they are meant for the consumer, which then closes the pipe
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_consumer, daemon=True).start()
    with suppress(EOFError, OSError):
        try:
            with opened() as reader:
                _send(pipe, None)
                while True:
                    what, arguments = pipe.recv()
                    try:
                        _send(pipe, getattr(reader, what)(*arguments))
                    except LedgerError as error:
                        _send(pipe, error)
        except LedgerError as error:
            _send(pipe, error)
        except (EOFError, OSError):
            raise
        except Exception:  # noqa: BLE001 - its message may carry values, so it must not reach stderr as it is
            structlog.get_logger().exception("reading failed")
    pipe.close()


def _end_with_consumer() -> None:
    """Once the consumer is gone this process leaves its group and ends, or is ended if it hangs."""
    consumer = parent_process()
    assert consumer is not None
    consumer.join()
    time.sleep(_PATIENCE)
    os._exit(1)


def _send(pipe: Connection, answer: object) -> None:
    pipe.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _rebuilt_by_fields(kind: type[Any]) -> None:
    """Pickles a dataclass as the call that makes it: half the time that its own way takes."""
    values = attrgetter(*(field.name for field in fields(kind)))
    pickle_by(kind, lambda one: (kind, values(one)))


pickle_by(UUID, lambda one: (uuid_numbered, (one.int,)))  # likewise
for _kind in (
    Act,
    Rejection,
    Given,
    Subscription,
    SignUp,
    OptOut,
    Receipt,
    Reply,
    ProfileEdit,
    Confirmation,
    Identification,
):
    _rebuilt_by_fields(_kind)
