"""What CONTRIBUTING.md asks of every file, where no linter looks (its "about" ends here)."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = ("ledger", "projections", "consumers", "schemas", "entrypoints")
SOURCES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_reads_in_one_sitting() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert [name for name, lines in lengths.items() if lines > 330] == []


def test_a_function_fits_on_a_screen() -> None:
    lengths = {found: lines for path in SOURCES for found, lines in _functions(path)}
    assert [found for found, lines in lengths.items() if lines > 50] == []


def test_a_file_is_named_for_what_is_in_it() -> None:
    assert [named(p) for p in SOURCES if DRAWERS & {p.stem, *p.relative_to(ROOT).parent.parts}] == []


def test_the_console_takes_every_text_from_its_catalogue() -> None:
    """Between tags of its templates stand no words, but for the names of keys and of the product."""
    said = re.compile(r">(?!Enter<|contact-ledger<)[^<>{}]*[A-Za-z]{3,}[^<>{}]*</")
    templates = (ROOT / "entrypoints" / "console" / "templates").rglob("*.html")
    found = [(named(path), told) for path in templates for told in said.findall(path.read_text())]
    assert found == []


@pytest.mark.parametrize("path", LOCKS, ids=named)
def test_a_lock_pins_by_hash_and_names_no_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^\w", text, re.MULTILINE)) > 0


def test_the_smaller_locks_agree_with_the_larger() -> None:
    locks = {path.stem: set(re.findall(r"^\w[\w.-]*==\S+", path.read_text(), re.MULTILINE)) for path in LOCKS}
    assert locks["run"] <= locks["demo"] <= locks["test"] <= locks["dev"]


@pytest.mark.parametrize(("lock", "extra"), [("run", None), ("demo", "demo"), ("test", "test"), ("dev", "dev")])
def test_a_lock_holds_what_the_project_asks_for(lock: str, extra: str | None) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] if extra is None else project["optional-dependencies"][extra]
    pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{lock}.txt").read_text(), re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in pins}
    missing = [
        wanted.name
        for wanted in map(Requirement, asked)
        if locked.get(canonicalize_name(wanted.name), "0") not in wanted.specifier
    ]
    assert missing == []


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{named(path)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1
