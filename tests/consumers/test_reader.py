"""A reader in a process beside the consumer's: the same messages, the same errors, and no end of it loses any."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from consumers.broker import Broker, BrokerUnavailable
from consumers.consumer import Consumer
from consumers.reader import Read, Reader, ReaderBeside, ReaderEnded, Reads
from ledger.errors import MessagesLost
from ledger.ids import Ids
from tests.conftest import Topics
from tests.consumers.scene import Scene, history, now, publish, record_directly, signup, wait_for
from tests.ledgers import store_on
from tests.store.making import IDS, PEPPER


@contextmanager
def reading(database: str, bootstrap: str, topic: str, patience_ms: int = 30_000) -> Iterator[Reader]:
    """Called in the process beside."""
    with (
        store_on(database) as store,
        closing(Broker(bootstrap, [topic], store.positions, now, most=7, patience_ms=patience_ms)) as broker,
    ):
        yield Reader(broker, IDS)


def test_it_brings_what_a_reader_in_the_same_process_would(
    fresh_database: str, scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(100)
    publish(scene.bootstrap, topic, journal)
    with closing(ReaderBeside(partial(reading, fresh_database, scene.bootstrap, topic))) as reader:
        scene.take_all(Consumer(reader, scene.recording), topic)
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()
    assert len(scene.rejections()) == 10
    assert scene.standings(topic)[0].position == 100


def test_two_of_them_that_fight_over_a_partition_find_out_and_read_on(
    fresh_database: str, scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(60)
    publish(scene.bootstrap, topic, journal)
    opened = partial(reading, fresh_database, scene.bootstrap, topic)
    with closing(ReaderBeside(opened)) as one, closing(ReaderBeside(opened)) as other:
        overtaken = Consumer(other, scene.recording)
        while overtaken.take_polls(threading.Event(), 0.2) == 0:
            pass
        scene.take_all(Consumer(one, scene.recording), topic)
        publish(scene.bootstrap, topic, [signup(61, 61)])
        scene.take_all(overtaken, topic)
    record_directly(oracle, [*journal, signup(61, 61)])
    assert scene.events() == oracle.events()


class _FailsFor(Ids):
    """As a defect in one act's ids would look."""

    def __init__(self, message_id: str) -> None:
        super().__init__(PEPPER)
        worked_out = self.act

        def act(organization: str, source: str, of: str) -> UUID:
            if of == message_id:
                raise KeyError("a defect")
            return worked_out(organization, source, of)

        self.act = act  # type: ignore[assignment]


def test_an_act_whose_ids_cannot_be_worked_out_there_goes_on_without(
    scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), [signup(number, number) for number in range(20)]
    publish(scene.bootstrap, topic, journal)
    with scene.broker([topic]) as broker:
        scene.take_all(Consumer(Reader(broker, _FailsFor("m-13")), scene.recording), topic)
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()


def test_one_that_is_killed_stops_the_consumer_and_loses_nothing(
    fresh_database: str, scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(100)
    publish(scene.bootstrap, topic, journal)
    opened = partial(reading, fresh_database, scene.bootstrap, topic)
    with closing(ReaderBeside(opened)) as reader:
        consumer = Consumer(reader, scene.recording)
        assert consumer.take_polls(threading.Event()) == 7
        assert reader.pid is not None
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(ReaderEnded, match="start again"):
            consumer.run(threading.Event())
    with closing(ReaderBeside(opened)) as reader:
        scene.take_all(Consumer(reader, scene.recording), topic)
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()


def test_it_ends_with_a_consumer_that_is_killed(fresh_database: str, scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    script = (
        "import sys; from functools import partial; from consumers.reader import ReaderBeside;"
        "from tests.consumers.test_reader import reading;"
        "beside = ReaderBeside(partial(reading, *sys.argv[1:]));"
        "print(beside.pid, flush=True); beside.read(1.0); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, fresh_database, scene.bootstrap, topic]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        beside = Path(f"/proc/{int(process.stdout.readline())}")
        assert beside.exists()
        process.kill()
    wait_for(lambda: not beside.exists(), "the end of the process beside")


class _Stuck(Reads):
    """As a client looks that asks without end."""

    def read(self, timeout: float) -> list[Read]:
        os.write(1, b"stuck\n")
        threading.Event().wait()
        return []


def test_even_one_that_is_stuck_ends_with_a_consumer_that_is_killed() -> None:
    script = (
        "from contextlib import nullcontext; from functools import partial;"
        "from consumers.reader import ReaderBeside;"
        "from tests.consumers.test_reader import _Stuck;"
        "beside = ReaderBeside(partial(nullcontext, _Stuck()));"
        "print(beside.pid, flush=True); beside.read(1.0)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        beside = int(process.stdout.readline())
        try:
            assert process.stdout.readline() == "stuck\n"
            process.kill()
            wait_for(lambda: not Path(f"/proc/{beside}").exists(), "the end of the process beside")
        finally:
            with suppress(ProcessLookupError):
                os.kill(beside, signal.SIGKILL)


def test_it_says_what_went_wrong_there(fresh_database: str, scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    with pytest.raises(BrokerUnavailable):
        ReaderBeside(partial(reading, fresh_database, "localhost:1", topic, patience_ms=500))
    publish(scene.bootstrap, topic, history(10))
    scene.consume(topic)
    scene.store.accept_position(scene.standings(topic)[0].span.key, 20)
    with (
        closing(ReaderBeside(partial(reading, fresh_database, scene.bootstrap, topic))) as reader,
        pytest.raises(MessagesLost, match="stands at 20"),
    ):
        reader.read(1.0)
