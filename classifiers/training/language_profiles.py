"""Counts the n-grams and the frequent words of each language.

    python -m classifiers.training.language_profiles TEXTS LEXICONS veille/profiles

TEXTS holds `<iso639-3>.txt.gz`, one sentence a line, and beside each `<iso639-3>.sources.tsv.gz`
with its source and licence; LEXICONS holds `<iso639-3>.tsv.gz` (form, source). Lines without a
stated licence are not counted, nor those that `is_held_out` keeps for calibration.
"""

import gzip
import json
import re
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from veille.language.chunks import ARABIC, LATIN, TIFINAGH, key_of, script_of, unaccented, words_of

# Enough for every profile to settle; spread over the sources, so that none gives it its style.
MAX_LINES = 12_000
HELD_OUT = 10
# A short form is written once for so many times the whole word is, and often enough to be listed.
SHORTENED, LISTED = 50, 12
_LISTED_TWICE = 2
# All word lists are translations of one list of Google's.
_LEXICON = "gatitos\tCC-BY-4.0"
_STORY = re.compile(r"/\d+")
# Enough of a line to tell its script.
_LOOKED_AT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One profile: the texts and word lists that are counted together.

    `label.variety` is a profile of `label`. What is no operational label is a group of
    neighbours and distractors, each of the same weight. `short_forms` is a table of veille.text
    whose left column stands for the right one. `grams` and `words` are how many are kept.
    """

    script: str
    name: str
    texts: tuple[str, ...] = ()
    lexicons: tuple[str, ...] = ()
    short_forms: str = ""
    grams: int = 5_000
    words: int = 2_500

    @property
    def is_group(self) -> bool:
        return self.name.startswith("other-")


def _plain(script: str, *names: str) -> tuple[Recipe, ...]:
    return tuple(Recipe(script=script, name=name, texts=(name,)) for name in names)


def _group(name: str, texts: str, lexicons: str = "") -> Recipe:
    parts, lists = tuple(texts.split()), tuple(lexicons.split())
    return Recipe(script=LATIN, name=f"other-{name}", texts=parts, lexicons=lists)


RECIPES = (
    Recipe(script=LATIN, name="fra", texts=("fra",), short_forms="sms_fr.tsv"),
    *_plain(LATIN, "eng", "hau", "snk"),
    Recipe(script=LATIN, name="bam", texts=("bam",)),
    Recipe(script=LATIN, name="bam.dyu", lexicons=("dyu", "bam")),
    Recipe(script=LATIN, name="ful.fuc", texts=("fuc", "ful"), lexicons=("ful",)),
    Recipe(script=LATIN, name="ful.fuv", texts=("fuv",)),
    Recipe(script=LATIN, name="mos", texts=("mos",), lexicons=("mos",)),
    Recipe(script=LATIN, name="wol", texts=("wol",), lexicons=("wol",)),
    Recipe(script=LATIN, name="knc", texts=("knc",), lexicons=("knc",)),
    Recipe(script=LATIN, name="pcm", texts=("pcm",), lexicons=("pcm",)),
    Recipe(script=LATIN, name="son", texts=("ses", "dje")),
    Recipe(script=LATIN, name="tmh.taq", texts=("taq",)),
    Recipe(script=LATIN, name="tmh.ttq", texts=("ttq",)),
    Recipe(script=LATIN, name="ara.ary", texts=("ary",)),
    _group("bantu", "kin lug nya sna swa tsn xho zul"),
    _group("berber", "kab shi", "ber"),
    _group("cushitic", "orm som"),
    _group("germanic", "deu nld"),
    _group("gur", "dag"),
    _group("kwa", "ewe fon gaa twi", "ewe fon gaa bci"),
    _group("benue", "ibo yor", "tiv"),
    _group("grassfields", "bbj"),
    _group("malayic", "ind mlg"),
    _group("nilotic", "dik luo nus"),
    _group("polish", "pol"),
    _group("romance", "ita por ron spa"),
    _group("serer", "srr"),
    _group("susu", "", "sus"),
    _group("turkish", "tur"),
    _group("vietnamese", "vie"),
    Recipe(script=ARABIC, name="ara.arb", texts=("arb",)),
    Recipe(script=ARABIC, name="ara.ary", texts=("ary",), lexicons=("ary",)),
    Recipe(script=ARABIC, name="ara.arq", texts=("arq",), lexicons=("aeb",)),
    Recipe(script=ARABIC, name="ara.arz", texts=("arz",)),
    Recipe(script=ARABIC, name="ara.mey", texts=("mey",)),
    *_plain(ARABIC, "knc"),
    Recipe(script=ARABIC, name="other-persian", texts=("fas",)),
    Recipe(script=ARABIC, name="other-urdu", texts=("urd",)),
    Recipe(script=TIFINAGH, name="tmh.taq", texts=("taq",)),
    Recipe(script=TIFINAGH, name="other-tamazight", texts=("zgh",), lexicons=("ber",)),
)

Wanted = Callable[[str, str], bool]


def is_held_out(text: str) -> bool:
    """One line in ten, always the same ones: to calibrate on, never counted."""
    return zlib.crc32(text.encode()) % HELD_OUT == 0


def lines_of(folder: Path, code: str, script: str) -> Iterator[tuple[str, str]]:
    """Text and source of each line of one language in `script` that has a stated licence."""
    return ((text, source) for text, source, _ in licensed_lines(folder, code, script))


def licensed_lines(folder: Path, code: str, script: str) -> Iterator[tuple[str, str, str]]:
    """The same, with the licence."""
    path = folder / f"{code}.txt.gz"
    with (
        gzip.open(path, "rt", encoding="utf-8") as texts,
        gzip.open(folder / f"{code}.sources.tsv.gz", "rt", encoding="utf-8") as sources,
    ):
        next(sources)
        for text, row in zip(texts, sources, strict=True):
            _, source, licence, *_ = row.split("\t")
            stated = not licence.startswith("no-licence") and "unstated" not in licence
            if stated and _is_in(text, script):
                yield text.strip(), source, licence


def _is_in(text: str, script: str) -> bool:
    return script_of(text[:_LOOKED_AT])[0] == script


def spread(lines: Iterable[tuple[str, str]], most: int) -> list[str]:
    """At most `most` lines: as many of every source as there are, evenly over each."""
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for text, source in lines:
        by_source[source].append(text)
    chosen: list[str] = []
    left = len(by_source)
    for texts in sorted(by_source.values(), key=len):
        share = (most - len(chosen)) // left
        step = max(1.0, len(texts) / share) if share else 0.0
        count = min(share, len(texts))
        chosen += [texts[int(place * step)] for place in range(count)]
        left -= 1
    return chosen


def word_counts(recipe: Recipe, texts: Path, lexicons: Path, wanted: Wanted) -> Counter[str]:
    """How often each word occurs; the parts of a group weigh the same."""
    parts: list[Counter[str]] = []
    for code in recipe.texts:
        lines = lines_of(texts, code, recipe.script)
        chosen = spread((line for line in lines if wanted(*line)), MAX_LINES)
        parts.append(Counter(word for line in chosen for word in words_of(line)))
    for code in recipe.lexicons:
        forms = _forms(lexicons, code, recipe.script)
        parts.append(Counter(word for form in forms for word in words_of(form)))
    largest = max(part.total() for part in parts)
    weights = [largest // max(1, part.total()) if recipe.is_group else 1 for part in parts]
    counts: Counter[str] = Counter()
    for part, weight in zip(parts, weights, strict=True):
        for word, count in part.items():
            counts[word] += count * weight
    counts.update(shortened(recipe, counts))
    return counts


def _forms(lexicons: Path, code: str, script: str) -> list[str]:
    with gzip.open(lexicons / f"{code}.tsv.gz", "rt", encoding="utf-8") as rows:
        forms = [row.split("\t")[0] for row in rows][1:]
    return [form for form in forms if _is_in(form, script)]


def shortened(recipe: Recipe, counts: Counter[str]) -> Counter[str]:
    """Short forms, which edited texts lack, counted after the words they stand for."""
    short: Counter[str] = Counter()
    if recipe.short_forms:
        table = files("veille.text") / recipe.short_forms
        for line in table.read_text(encoding="utf-8").splitlines():
            form, _, words = line.partition("\t")
            if words and not form.startswith("#"):
                short[form] = max(LISTED, min(counts[word] for word in words.split()) // SHORTENED)
    return short


def grams_of(recipe: Recipe, counts: Counter[str]) -> dict[str, object]:
    """A profile of langdetect: 1-, 2- and 3-grams of every spelling of each word."""
    grams: Counter[str] = Counter()
    for word, count in counts.items():
        for form in {word, unaccented(word), key_of(word)} - {""}:
            padded = f" {form} "
            for size in (1, 2, 3):
                for start in range(len(padded) - size + 1):
                    grams[padded[start : start + size]] += count
    del grams[" "]
    totals = [sum(n for gram, n in grams.items() if len(gram) == size) for size in (1, 2, 3)]
    return {"freq": _top(grams, recipe.grams), "n_words": totals, "name": recipe.name}


def list_of(recipe: Recipe, counts: Counter[str]) -> dict[str, object]:
    """The most frequent folded words, and which share of all words they are."""
    words: Counter[str] = Counter()
    for word, count in counts.items():
        words[key_of(word)] += count
    del words[""]
    often = Counter({word: n for word, n in words.items() if n >= _LISTED_TWICE})
    top = _top(often, recipe.words)
    return {"share": round(sum(top.values()) / words.total(), 4), "words": top}


def _top(counts: Counter[str], most: int) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def write(
    texts: Path, lexicons: Path, target: Path, *, wanted: Wanted, without: Collection[str] = ()
) -> None:
    """Count every recipe but those `without`, and write both files of each."""
    for recipe in RECIPES:
        if recipe.name in without:
            continue
        counts = word_counts(recipe, texts, lexicons, wanted)
        for kind, counted in (
            ("grams", grams_of(recipe, counts)),
            ("words", list_of(recipe, counts)),
        ):
            folder = target / recipe.script.lower() / kind
            folder.mkdir(parents=True, exist_ok=True)
            whole = json.dumps(counted, ensure_ascii=False, separators=(",", ":"))
            (folder / f"{recipe.name}.json").write_text(whole + "\n", encoding="utf-8")


def sources_of(
    recipe: Recipe, texts: Path, lexicons: Path, wanted: Wanted
) -> Iterator[tuple[str, str, int]]:
    """Language, source with its licence, and number of the lines and forms that are counted."""
    for code in recipe.texts:
        lines = licensed_lines(texts, code, recipe.script)
        named = ((f"{name}\t{terms}", name) for text, name, terms in lines if wanted(text, name))
        # One source of stories is one line of the table, whatever their number.
        kept = Counter(_STORY.sub("", source) for source in spread(named, MAX_LINES))
        yield from ((code, source, count) for source, count in sorted(kept.items()))
    for code in recipe.lexicons:
        yield code, _LEXICON, len(_forms(lexicons, code, recipe.script))


def write_sources(texts: Path, lexicons: Path, target: Path, *, wanted: Wanted) -> None:
    """A table of what each profile was counted from."""
    rows = ["script\tprofile\tlanguage\tsource\tlicence\tlines"]
    for recipe in RECIPES:
        for code, source, count in sources_of(recipe, texts, lexicons, wanted):
            rows.append(f"{recipe.script}\t{recipe.name}\t{code}\t{source}\t{count}")
    (target / "sources.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main(texts: Path, lexicons: Path, target: Path) -> None:
    def wanted(text: str, _: str) -> bool:
        return not is_held_out(text)

    write(texts, lexicons, target, wanted=wanted)
    write_sources(texts, lexicons, target, wanted=wanted)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
