"""How many posts a second language identification reads, beside stock langdetect and py3langid.

    python bench/language.py [POSTS]

The posts are the invented ones of tests/samples, in five languages and with changes of language:
as they were written, and put together to 200 characters of one language or one pair. With
VEILLE_TEST_LANGUAGES, a folder that holds flores200.tsv.gz, lines of it in our languages are read
too, each once: almost every post then brings words that were never seen. Each reader runs in a
process of its own, on one core; the slow ones read fewer of the same posts. py3langid is measured
where it is installed. Writes bench/results/language.json.
"""

import csv
import gzip
import importlib.util
import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "language.json"
SAMPLES = ROOT / "tests" / "samples"
CHARACTERS = 200
# Lines of FLORES-200 in these; the others are refused sooner.
OURS = {"fra", "eng", "bam", "dyu", "fuv", "hau", "mos", "taq", "knc", "wol", "arb", "ary"}
READERS = ("veille", "veille with tokens", "langdetect", "py3langid")
SLOW = {"langdetect": 20, "py3langid": 4}


def invented_posts(count: int, characters: int = CHARACTERS) -> list[str]:
    chance = random.Random(7)
    parts: dict[str, list[str]] = {}
    for path in [SAMPLES / "ordinary_week.jsonl", *sorted(SAMPLES.glob("codeswitch/*.jsonl"))]:
        for line in path.read_text(encoding="utf-8").splitlines():
            post = json.loads(line)
            parts.setdefault(post.get("lang", path.stem), []).append(post["text"])
    # Four in ten samples switch language, which is more than people do: two in ten here.
    weights = [len(texts) * (0.4 if "_" in kind else 1.0) for kind, texts in parts.items()]
    return [
        joined(chance, parts[kind], characters)
        for kind in chance.choices(list(parts), weights, k=count)
    ]


def joined(chance: random.Random, parts: list[str], characters: int) -> str:
    """A post, or several one after the other until there are enough characters."""
    post = chance.choice(parts)
    while len(post) < characters:
        post += " " + chance.choice(parts)
    return post[:characters] if characters else post


def flores_posts(folder: Path, count: int) -> list[str]:
    with gzip.open(folder / "flores200.tsv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = [row["text"] for row in rows if row["iso639_3"] in OURS]
    random.Random(7).shuffle(texts)
    return texts[:count]


def reader(name: str) -> Callable[[str], object]:
    if name.startswith("veille"):
        from veille.language import identify, identify_and_tag

        return identify if name == "veille" else identify_and_tag
    if name == "langdetect":
        return stock_langdetect()
    from py3langid import classify

    return classify


def stock_langdetect() -> Callable[[str], object]:
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0

    def detected(text: str) -> str:
        try:
            return str(detect(text))
        except LangDetectException:
            return ""

    return detected


def measured(name: str, texts: Iterable[str]) -> dict[str, float]:
    """Reads `texts` in this process: seconds to the first answer, posts a second, peak memory."""
    texts = list(texts)
    started = time.process_time()
    read = reader(name)
    read("Bonjour à tous, la réunion est demain.")
    first_s = time.process_time() - started
    started = time.process_time()
    for text in texts:
        read(text)
    spent_s = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "posts": len(texts),
        "characters": round(sum(map(len, texts)) / len(texts)),
        "first_answer_s": round(first_s, 2),
        "posts_per_s": round(len(texts) / spent_s),
        "us_per_post": round(spent_s / len(texts) * 1e6),
        "peak_mb": round(peak),
    }


def compared(kind: str, count: int) -> dict[str, dict[str, float]]:
    """The readers one after the other, each in a new process."""
    found = {}
    for name in READERS:
        if name == "py3langid" and importlib.util.find_spec("py3langid") is None:
            continue
        command = [sys.executable, __file__, "--one", kind, name, str(count // SLOW.get(name, 1))]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = json.loads(ran.stdout)
    found["veille"]["times_langdetect"] = round(
        found["veille"]["posts_per_s"] / found["langdetect"]["posts_per_s"], 1
    )
    return found


def posts_of(kind: str, count: int) -> list[str]:
    if kind != "flores":
        return invented_posts(count, CHARACTERS if kind == "long" else 0)
    return flores_posts(Path(os.environ["VEILLE_TEST_LANGUAGES"]), count)


def loop_us() -> float:
    """How fast this machine is: a thousand additions."""
    started = time.process_time()
    for _ in range(1000):
        total = 0
        for n in range(1000):
            total += n
    return round((time.process_time() - started) * 1e3, 1)


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        _, _, kind, name, count = sys.argv
        print(json.dumps(measured(name, posts_of(kind, int(count)))))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    kinds = ["written", "long"] + (["flores"] if os.environ.get("VEILLE_TEST_LANGUAGES") else [])
    result = {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "thousand_additions_us": loop_us(),
    } | {kind: compared(kind, count) for kind in kinds}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
