"""The lines of a bulletin as plain text and as one page: the same words in the same order."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from alerts.window import Line

# A number stays with what it counts, a sign with the word before it.
_TIGHT = re.compile(r"(?<=\d) (?=\w)|(?<=«) |(?<=\.) (?=\d)| (?=[:;%»?!·–])| (?=\d+[),])")


def text_of(lines: Sequence[Line]) -> str:
    """One line each, an empty line between parts, a line end at the end."""
    parts = ["\n".join(str(line) for line in part) for part in _parts(lines)]
    return "\n\n".join(parts) + "\n"


def html_of(lines: Sequence[Line], *, title: str) -> str:
    """One self-contained page; everything in it is escaped."""
    return _template().render(parts=_parts(lines), title=title)


def tight(text: str) -> str:
    """`text` with the spaces that must not end a line made unbreakable."""
    return _TIGHT.sub("\u00a0", text)


def _parts(lines: Sequence[Line]) -> list[list[Line]]:
    return [list(part) for _, part in groupby(lines, key=lambda line: line.part)]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("alerts"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["tight"] = tight
    return environment.get_template("bulletin.html")
