"""Whatever posts, sources and errors contain, the bulletin keeps its limits and tells no one."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.bulletin import MAX_CHARACTERS, MAX_LINES, MAX_WORDS, compose
from alerts.window import Bulletin
from tests.windows import GAO, MOPTI, NOW, TOMBOUCTOU, post, run, said_by_analyst, window
from veille.codebook import load_codebook
from veille.codebook.actors import load_actors

POISON = [
    "https://mechant.example/x",
    "www.mechant.example",
    "@pseudo_mechant",
    "+223 76 12 34 56",
    "76123456",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\u202erebours\u202c",
    "prostituées",
    "sunguruba",
    "traîtres, on va les brûler !",
    "C'est une propagande de l'ennemi !",
    "\x00\x1b[31m",
    "mot " * 10_000,
    "{{ 7*7 }}",
    "\r\nBcc: intrus@ong.example",
]
ADDRESS = re.compile(r"https?:|www\.|@|!|76.?12.?34|\u202e|[\x00-\x09\x0b-\x1f]", re.IGNORECASE)
WORDS = re.compile(
    r"mechant|pseudo|script|onerror|prostitu|sunguruba|traîtres|brûler|propagande|ennemi|bcc",
    re.IGNORECASE,
)
NARRATIVES = [family.code for family in load_codebook().families]
nasty = st.lists(st.sampled_from(POISON) | st.text(max_size=40), min_size=1, max_size=4).map(
    " ".join
)


@st.composite
def posts(draw: st.DrawFn, number: int) -> Any:
    labels = {
        "narrative": draw(st.sampled_from(NARRATIVES)),
        "stance": draw(st.sampled_from(["hostile", "critical", "neutral", "debunk"])),
        "level": draw(st.sampled_from(["rouge", "orange", "jaune", "vert", "ferme"])),
        "severity": draw(st.sampled_from("12345")),
        "target": draw(st.sampled_from([*load_actors()][:60])),
        "fact": draw(st.sampled_from(["opinion", "non_verifie", "infox_connue", "trompeur"])),
    }
    if draw(st.booleans()):
        labels["claim"] = draw(st.sampled_from(["KC01", "KC05", "KC18"]))
    status = draw(st.sampled_from(["nouveau", "valide", "ecarte", "transmis"]))
    return post(
        number,
        labels,
        text=draw(nasty),
        title=draw(nasty),
        url=draw(nasty),
        author=draw(nasty),
        author_is_public=draw(st.booleans()),
        source_id=draw(nasty),
        details={"nom": draw(nasty)},
        tags=(draw(nasty), "declaration_officielle"),
        places=draw(st.sampled_from([(), (MOPTI,), (GAO, MOPTI), (TOMBOUCTOU,)])),
        lang=draw(st.sampled_from(["fra", "bam", "und", "nqo"])),
        published_at=NOW - timedelta(hours=draw(st.integers(0, 24 * 400))),
        decisions=(said_by_analyst(f"facebook:{number}", "status", status),),
    )


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 12), st.integers(1, 24 * 40))
def test_nothing_of_a_post_leaks_and_every_limit_holds(
    data: st.DataObject, count: int, hours: int
) -> None:
    several = [data.draw(posts(number)) for number in range(count)]
    bulletin = compose(window(*several, hours=hours))
    assert_safe(bulletin)
    assert not WORDS.search(bulletin.subject + bulletin.text)


@settings(max_examples=60, deadline=None)
@given(st.lists(nasty, min_size=1, max_size=5), st.sets(st.integers(0, 4)))
def test_names_of_sources_show_no_address_and_break_no_limit(
    names: list[str], read: set[int]
) -> None:
    sources = {f"source-{at}": name for at, name in enumerate(names)}
    runs = [run(f"source-{at}", error="" if at in read else name) for at, name in enumerate(names)]
    assert_safe(compose(window(post(), sources=sources, coverage=runs)))


def assert_safe(bulletin: Bulletin) -> None:
    text, page = bulletin.text, _Page()
    page.feed(bulletin.html)
    assert not ADDRESS.search(bulletin.subject + text)
    assert page.text.split() == text.split()
    assert page.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "section",
        "p",
        "b",
        "br",
    }
    assert len(text.split()) <= MAX_WORDS
    assert len(text) <= MAX_CHARACTERS
    assert text.count("\n") <= MAX_LINES
    assert len(bulletin.html.encode()) <= 40 * 1024
    assert len(bulletin.subject.splitlines()) == 1


class _Page(HTMLParser):
    """What a browser would find in the body, and every element of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.text += " " if tag == "p" else ""
        if tag == "body":
            self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data
