"""The demo as people start it: a day comes through, the next one goes on from it, and nothing is left running."""

import json
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

STARTED = 240
"""Seconds: a start makes a database and a dozen processes, on a machine that may be busy with other tests."""
pytestmark = pytest.mark.timeout(3 * STARTED)

KEYS = ["published", "recorded", "duplicates", "rejected", "contacts", "lag", "seconds"]


def _started(data: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "entrypoints", "demo", "--messages", "800", "--data", str(data), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _once(data: Path) -> dict[str, Any]:
    demo = _started(data, "--once")
    out, said = demo.communicate(timeout=STARTED)
    assert demo.returncode == 0, said
    (line,) = out.splitlines()
    report: dict[str, Any] = json.loads(line)
    return report


def _pasted(line: str) -> httpx.Response:
    """What a shell would do with this line; it is read here, since not every machine has curl."""
    words = iter(shlex.split(line))
    assert (next(words), next(words)) == ("curl", "-s")
    headers, url, body = {}, "", None
    for word in words:
        match word:
            case "-H":
                name, _, text = next(words).partition(": ")
                headers[name] = text
            case "-d":
                body = next(words)
            case _:
                url = word
    return httpx.request("GET" if body is None else "POST", url, headers=headers, content=body)


def _shown(data: Path, *command: str) -> Any:
    """What a command shows as JSON to a shell that has read the demo's settings."""
    words = shlex.join([sys.executable, "-m", "entrypoints", *command, "-o", "acme", "--json"])
    shell = ["sh", "-c", f". {shlex.quote(str(data / 'environment'))}; {words}"]
    return json.loads(subprocess.run(shell, capture_output=True, text=True, check=True).stdout)


def _examined(data: Path) -> dict[str, dict[str, Any]]:
    """What `doctor` says to a shell that has read the demo's settings."""
    command = (
        f". {shlex.quote(str(data / 'environment'))}; {shlex.quote(sys.executable)} -m entrypoints doctor --json"
    )
    doctor = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert doctor.returncode == 0, doctor.stdout
    return {one["check"]: one for one in json.loads(doctor.stdout)}


def _told(demo: subprocess.Popen[str]) -> tuple[dict[str, int], list[str]]:
    """The figures of its day and what it proposes to paste, once it says that it stays up."""
    assert demo.stderr is not None
    figures, asking = {}, []
    for line in demo.stderr:
        if found := re.match(rf" *({'|'.join(KEYS)})  ([\d,]+)$", line):
            figures[found[1]] = int(found[2].replace(",", ""))
        if line.startswith("curl "):
            asking.append(line)
        if "Ctrl-C" in line:
            break
    return figures, asking


def test_a_day_comes_through_and_the_next_goes_on_from_it_and_answers_until_ctrl_c(tmp_path: Path) -> None:
    first = _once(tmp_path)
    assert list(first) == KEYS
    assert first["published"] >= 800
    assert first["recorded"] > first["published"]
    assert first["duplicates"] > 0
    assert first["rejected"]["bad_json"] > 0
    assert first["lag"] == 0
    with _started(tmp_path) as demo:
        second, asking = _told(demo)
        children = psutil.Process(demo.pid).children(recursive=True)
        assert second["contacts"] > first["contacts"]
        assert second["recorded"] > 800
        assert second["lag"] == 0
        assert len(asking) == 4
        for line in asking:
            assert _pasted(line).status_code == 200
        assert _examined(tmp_path)["links"]["ok"]
        named = {one["display_name"] for one in _shown(tmp_path, "scopes", "list")["scopes"]}
        assert {"Acme Shop", "Acme Outlet", "Shop texts", "Outlet texts", "Weekly offers"} <= named
        assert [one["version"] for one in _shown(tmp_path, "policy", "list")["adopted"]][-2:] == [
            "us/2026",
            "us/2027",
        ]
        refused = _started(tmp_path, "--once")
        _, said = refused.communicate(timeout=STARTED)
        assert (refused.returncode, "a demo is running" in said) == (1, True), said
        demo.send_signal(signal.SIGINT)
        assert demo.wait(STARTED) == 0
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert gone
    assert not alive
