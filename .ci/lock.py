"""Says whether requirements.lock pins what pyproject.toml asks for; reads these two files only."""

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def faults(project: dict[str, Any], lock: str) -> list[str]:
    """Each requirement, of whatever extra, that the lock's pin does not satisfy."""
    pins = {canonicalize_name(name): version for name, version in _PIN.findall(lock)}
    found = []
    for asked in _requirements(project):
        pin = pins.get(canonicalize_name(asked.name))
        if pin is None:
            found.append(f"{asked} is not in the lock")
        elif not asked.specifier.contains(pin, prereleases=True):
            found.append(f"{asked} is locked at {pin}")
    if "--hash=" not in lock:
        found.append("the lock has no hashes")
    return found


def _requirements(project: dict[str, Any]) -> list[Requirement]:
    asked = [*project["dependencies"]]
    for extra in project.get("optional-dependencies", {}).values():
        asked += extra
    return [Requirement(text) for text in asked]


def main() -> int:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = faults(project, Path("requirements.lock").read_text(encoding="utf-8"))
    for fault in found:
        print(f"{fault}: run make lock", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
