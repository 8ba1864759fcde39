"""The figures of docs/languages.md as Markdown, beside what other readers make of the same lines.

    python -m classifiers.training.language_report ROOT [EVAL [EVERY]]

ROOT is the repository; EVAL is a folder of evaluation as `language_figures` tells. Each set is
judged whole, and cut to 4 to 10 folded words; EVERY takes one line in so many. Stock langdetect,
and py3langid where it is installed, read the same lines.
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from classifiers.training.language_figures import (
    MEASURED,
    SETS,
    Score,
    Share,
    called_mixed,
    confusions,
    is_stranger,
    lines_of,
    macro_f1,
    pairs_of,
    posts_of,
    recalls,
    scores_of,
    share_of,
    shortened,
    switched,
    told_of,
)
from veille.language import UNKNOWN

# The two letters of other readers, for those of our languages that they know.
_TWO_LETTERS = {"fr": "fra", "en": "eng", "ar": "ara"}
_FEWEST_SHOWN, _MOST_SHOWN = 3, 12
# Languages that are refused less often are shown one by one.
_WELL_REFUSED = 0.98


def stock_langdetect() -> Callable[[str], str]:
    """What langdetect says as it comes, seeded; it knows three of our languages."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def said(text: str) -> str:
        try:
            return _TWO_LETTERS.get(detect(text), UNKNOWN)
        except LangDetectException:
            return UNKNOWN

    return said


def stock_py3langid() -> Callable[[str], str]:
    """What py3langid says as it comes; it knows the same three."""
    classify: Callable[[str], tuple[str, float]] = import_module("py3langid").classify
    return lambda text: _TWO_LETTERS.get(classify(text)[0], UNKNOWN)


def readers() -> dict[str, Callable[[str], str]]:
    """By name, what is said of a text; those that are installed."""
    found = {"Veille": told_of, "langdetect": stock_langdetect()}
    if find_spec("py3langid"):
        found["py3langid"] = stock_py3langid()
    return found


def table_of(scores: Mapping[str, Score]) -> Iterator[str]:
    """Lines of a table in Markdown."""
    yield "| label | precision | recall | F1 | 95 % interval |"
    yield "|---|---|---|---|---|"
    for label, score in scores.items():
        told = f"{score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f}"
        yield f"| {label} | {told} | {score.low:.3f}–{score.high:.3f} |"


def table_of_readers(scores: Mapping[str, Mapping[str, Score]]) -> Iterator[str]:
    """F1 per label and reader, and their means."""
    yield f"| F1 | {' | '.join(scores)} |"
    yield f"|---|{'---|' * len(scores)}"
    for label in [*MEASURED, UNKNOWN]:
        if all(label in by_label for by_label in scores.values()):
            told = [f"{by_label[label].f1:.3f}" for by_label in scores.values()]
            yield f"| {label} | {' | '.join(told)} |"
    means = [f"{macro_f1(by_label):.3f}" for by_label in scores.values()]
    yield f"| **macro-F1 without und** | {' | '.join(means)} |"


def table_of_languages(found: Mapping[str, tuple[str, Share]]) -> Iterator[str]:
    """Each of our languages and, of the others, those refused least often; and all others."""
    yield "| language | is | lines | told right | 95 % interval |"
    yield "|---|---|---|---|---|"
    for language, (label, share) in found.items():
        if label != UNKNOWN or share.share < _WELL_REFUSED:
            is_known = "und" if is_stranger(language) else "und, a neighbour"
            yield f"| {language} | {label if label != UNKNOWN else is_known} | {_told(share)} |"
    for who, wanted in (("never met", True), ("met as neighbours", False)):
        shares = [
            share
            for language, (label, share) in found.items()
            if label == UNKNOWN and is_stranger(language) == wanted
        ]
        right = sum(round(share.share * share.of) for share in shares)
        total = share_of(right, max(1, sum(share.of for share in shares)))
        yield f"| **all {len(shares)} languages {who}** | und | {_told(total)} |"


def _told(share: Share) -> str:
    return f"{share.of} | {share.share:.3f} | {share.low:.3f}–{share.high:.3f}"


def table_of_switched(samples: Path) -> Iterator[str]:
    yield "| posts in | tokens | told right | 95 % interval | posts | both named | 95 % interval |"
    yield "|---|---|---|---|---|---|---|"
    for path in sorted(samples.glob("codeswitch/*.jsonl")):
        tokens, right, low, high, both = switched(path)
        told = f"{tokens} | {right:.3f} | {low:.3f}–{high:.3f} | {_told(both)}"
        yield f"| {path.stem.replace('_', ' and ')} | {told} |"


def table_of_called_mixed(shares: Mapping[str, Share]) -> Iterator[str]:
    yield "| posts in one language | posts | called mixed | 95 % interval |"
    yield "|---|---|---|---|"
    for label, share in shares.items():
        yield f"| {label} | {_told(share)} |"


def table_of_sources() -> Iterator[str]:
    """What the profiles were counted from, by label; all neighbours are one row."""
    table = files("veille") / "profiles" / "sources.tsv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines(), delimiter="\t")
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        label = row["profile"].partition(".")[0]
        label = "neighbours" if label.startswith("other-") else label
        source = row["source"].partition(":")[0].removesuffix("-dev").removesuffix("-train")
        counts[label][f"{source} {row['licence'].partition(' ')[0]}"] += int(row["lines"])
    yield "| label | lines and words | of them non-commercial | sources, licences, lines |"
    yield "|---|---|---|---|"
    for label, count in counts.items():
        barred = sum(n for source, n in count.items() if "-NC" in source)
        told = ", ".join(f"{source} {n:,}" for source, n in count.most_common())
        yield f"| {label} | {count.total():,} | {barred:,} | {told} |"


def table_of_thresholds() -> Iterator[str]:
    """From which probability a label is said, and what was fitted to get there."""
    path = files("veille") / "profiles" / "calibration.json"
    fitted = json.loads(path.read_text(encoding="utf-8"))
    yield "| script | label | said from | added per word | prior |"
    yield "|---|---|---|---|---|"
    for script, numbers in fitted.items():
        for label, least in numbers["least"].items():
            told = f"{numbers['per_word'][label]:.3f} | {numbers['prior'][label]:.3f}"
            yield f"| {script} | {label} | {least:.2f} | {told} |"


def table_of_speed(path: Path) -> Iterator[str]:
    """What bench/language.py has measured."""
    measured = json.loads(path.read_text(encoding="utf-8"))
    yield "| posts | reader | characters | posts a second | first answer, s | memory, MB |"
    yield "|---|---|---|---|---|---|"
    for kind, by_reader in measured.items():
        for reader, found in by_reader.items() if isinstance(by_reader, dict) else ():
            told = f"{found['posts_per_s']:,} | {found['first_answer_s']} | {found['peak_mb']}"
            yield f"| {kind} | {reader} | {found['characters']} | {told} |"


def report_of_repository(root: Path) -> Iterator[str]:
    """What needs no folder of evaluation, as lines of Markdown."""
    samples = root / "tests" / "samples"
    week = [(post["lang"], post["text"]) for post in posts_of(samples / "ordinary_week.jsonl")]
    parts = {
        "What the profiles were counted from": table_of_sources(),
        "Thresholds": table_of_thresholds(),
        "Posts that switch language": table_of_switched(samples),
        "An ordinary week: posts that do not": table_of_called_mixed(called_mixed(week)),
        "Speed and memory": table_of_speed(root / "bench" / "results" / "language.json"),
    }
    for title, table in parts.items():
        yield from (f"\n### {title}\n", *table)


def report_of(folder: Path, name: str, *, every: int = 1) -> Iterator[str]:
    """What one set tells, as lines of Markdown."""
    whole = lines_of(folder, name, every=every)
    for how, lines in (("whole", whole), ("cut and folded", [shortened(x) for x in whole])):
        pairs = {reader: pairs_of(lines, say) for reader, say in readers().items()}
        scores = {reader: scores_of(said) for reader, said in pairs.items()}
        yield f"\n### {name}, {how}: {len(lines)} lines\n"
        yield from table_of(scores["Veille"])
        yield ""
        yield from table_of_readers(scores)
        confused = confusions(lines, pairs["Veille"]).most_common(_MOST_SHOWN)
        told = [f"{a} as {b} {n}" for (a, b), n in confused if n >= _FEWEST_SHOWN]
        yield f"\nMost confused: {', '.join(told) or 'nothing three times'}.\n"
        yield from table_of_languages(recalls(lines, pairs["Veille"]))
        yield ""
        ours = [(line.label, line.text) for line in lines if line.label != UNKNOWN]
        yield from table_of_called_mixed(called_mixed(ours))


def main(root: Path, folders: Sequence[Path], every: int = 1) -> None:
    """Write the report, part by part."""
    parts = [report_of_repository(root)]
    parts += [report_of(folder, name, every=every) for folder in folders for name in SETS]
    for part in parts:
        for line in part:
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [*map(Path, sys.argv[2:3])], *map(int, sys.argv[3:4]))
