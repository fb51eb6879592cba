"""What the guides name is there: files, folders and modules, and commands with their options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from entrypoints.cli.commands import app

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
OURS = "ledger|projections|consumers|schemas|entrypoints|tests|benchmarks|docs"
COMMANDS = get_command(app)


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_every_file_that_a_guide_names_is_there(guide: Path) -> None:
    text = guide.read_text()
    paths = re.findall(rf"`((?:{OURS})/[\w./*-]*)", text)
    paths += [module.replace(".", "/") for module in re.findall(rf"python -m ((?:{OURS})[\w.]*)", text)]
    beside = re.findall(r"\]\(([^)#:]+)[^):]*\)", text)
    assert [path for path in paths if not (_there(ROOT, path) or _there(ROOT, f"{path}.py"))] == []
    assert [link for link in beside if not _there(guide.parent, link)] == []


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_every_command_that_a_guide_gives_is_one(guide: Path) -> None:
    assert [wrong for words in _commands(guide.read_text()) if (wrong := _wrong(words))] == []


def test_a_command_or_an_option_there_is_none_of_would_be_noticed() -> None:
    for gone in ("contact -o acme", "policy adapt us -o acme", "contacts -o acme --serach ann@"):
        assert _wrong(gone.split())
    assert not _wrong(["policy", "adopt", "us", "-o", "acme", "--actor", "ann", "--yes"])


def _there(folder: Path, path: str) -> bool:
    return any(folder.glob(path)) if "*" in path else (folder / path).exists()


def _commands(text: str) -> Iterator[list[str]]:
    """The words of each command in a block or between backticks, after its name."""
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    lines = re.findall(r"(?:^|[|&] )contact-ledger (.*)", blocks, re.MULTILINE)
    lines += re.findall(r"`contact-ledger ([^`…]+)`", text)
    for line in lines:
        yield shlex.split(re.split(r" [|>&] ", line)[0], comments=True)


def _wrong(words: list[str]) -> str | None:
    """The first of the words that no command or option is called."""
    command, words = COMMANDS, list(words)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        name = words.pop(0)
        if name not in command.commands:
            return name
        command = command.commands[name]
    options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)} | {"--help"}
    return next((word for word in words if word.startswith("-") and len(word) > 1 and word not in options), None)
