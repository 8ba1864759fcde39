"""Says whether the two locks pin what pyproject.toml asks for; reads these three files only."""

import re
import sys
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# torch is large: what trains has a lock, and an environment, of its own.
TRAIN = "train"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def faults(asked_for: Iterable[str], lock: str) -> list[str]:
    """Each requirement that the lock's pin does not satisfy."""
    pins = {canonicalize_name(name): version for name, version in _PIN.findall(lock)}
    found = []
    for asked in map(Requirement, asked_for):
        pin = pins.get(canonicalize_name(asked.name))
        if pin is None:
            found.append(f"{asked} is not in the lock")
        elif not asked.specifier.contains(pin, prereleases=True):
            found.append(f"{asked} is locked at {pin}")
    if "--hash=" not in lock:
        found.append("the lock has no hashes")
    return found


def main() -> int:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    train = extras.pop(TRAIN)
    wanted = {
        "requirements.lock": [*project["dependencies"], *chain.from_iterable(extras.values())],
        "requirements-train.lock": [*project["dependencies"], *train],
    }
    found = [
        f"{name}: {fault}"
        for name, asked_for in wanted.items()
        for fault in faults(asked_for, Path(name).read_text(encoding="utf-8"))
    ]
    for fault in found:
        print(f"{fault}: run make lock", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
