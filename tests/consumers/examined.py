"""Run as a program: what `doctor --json` finds in each of several environments (JSON on stdin), a list for each."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from entrypoints.cli.rendering import as_json
from entrypoints.doctor import Finding, examine

_OWN = dict(os.environ)


def _begun(environment: Mapping[str, str]) -> Iterator[Finding]:
    """The checks that are left once the settings are read, which is all that is asked of the environment."""
    os.environ.clear()
    os.environ.update({**_OWN, **environment})
    findings = examine()
    next(findings)
    return findings


if __name__ == "__main__":
    begun = [_begun(environment) for environment in json.load(sys.stdin)]
    with ThreadPoolExecutor(len(begun)) as pool:  # most of the time each waits for the broker
        as_json(list(pool.map(list, begun)))
