"""Counts the n-grams of each language, in the format of langdetect's profiles.

    python -m classifiers.training.language_profiles TEXT_FOLDER veille/profiles

TEXT_FOLDER holds `<iso639-3>.txt.gz`, one sentence per line, and beside each
`<iso639-3>.sources.tsv.gz` with its licence. Lines without a stated licence are not counted.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from veille.language import OPERATIONAL, unaccented, words

# Enough for every profile to settle, and the same for all, so that no language wins by size.
MAX_LINES = 20_000
MAX_GRAMS = 4_000
# Variants that readers take for one language.
MERGED = {
    "ful": ("ful", "fuv", "fuc"),
    "son": ("ses", "dje"),
    "tmh": ("taq", "ttq"),
}
NEIGHBOURS = (
    "bbj", "dag", "deu", "dik", "ewe", "fon", "gaa", "ibo", "ind", "ita", "kab", "kin", "lug",
    "luo", "mlg", "nld", "nus", "nya", "orm", "pol", "por", "ron", "sna", "som", "spa", "srr",
    "swa", "tsn", "tur", "twi", "xho", "yor", "zul",
)  # fmt: skip


def lines_of(folder: Path, code: str) -> Iterator[str]:
    """Lines of one language with a stated licence, spread evenly over its sources."""
    with (
        gzip.open(folder / f"{code}.txt.gz", "rt", encoding="utf-8") as texts,
        gzip.open(folder / f"{code}.sources.tsv.gz", "rt", encoding="utf-8") as sources,
    ):
        next(sources)
        licensed = [
            text.strip()
            for text, source in zip(texts, sources, strict=True)
            if "no-licence" not in source
        ]
    step = max(1, len(licensed) // MAX_LINES)
    yield from licensed[::step]


def profile_of(name: str, texts: Iterator[str]) -> dict[str, object]:
    """Counts of 1-, 2- and 3-grams of the folded and of the full spelling, words apart."""
    counts: Counter[str] = Counter()
    for text in texts:
        for word in {*words(text), *words(unaccented(text))}:
            padded = f" {word} "
            for size in (1, 2, 3):
                counts.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    del counts[" "]
    frequent = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_GRAMS]
    totals = [sum(n for gram, n in counts.items() if len(gram) == size) for size in (1, 2, 3)]
    return {"freq": dict(frequent), "n_words": totals, "name": name}


def main(folder: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    latin = [code for code in OPERATIONAL if code != "ara"]
    for code in (*latin, *NEIGHBOURS):
        parts = MERGED.get(code, (code,))
        profile = profile_of(code, (line for part in parts for line in lines_of(folder, part)))
        (target / f"{code}.json").write_text(
            json.dumps(profile, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
