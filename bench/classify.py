"""How many posts a second the bundled classifier labels, and in how much memory.

    python bench/classify.py [POSTS]

Beside it, on the same posts in the same run: `transformers.pipeline` with the same network in
fp32 (in .venv-train, where torch is; left out where it is not), and bare onnxruntime on inputs
that are ready. Each reader runs in a process of its own. Writes bench/results/classify.json.
"""

import json
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results" / "classify.json"
TRAINING = ROOT / ".venv-train" / "bin" / "python"
READERS = ("bundled", "network alone", "bare onnxruntime", "keywords", "pipeline fp32")
SLOW = {"pipeline fp32": 4}


def stream(count: int) -> list[str]:
    """Posts as a day brings them: one in ten of the labelled kind, the others ordinary."""
    from classifiers.training.labelled import DATA, read

    chance = random.Random(7)
    week = (ROOT / "tests" / "samples" / "ordinary_week.jsonl").read_text(encoding="utf-8")
    ordinary = [json.loads(line)["text"] for line in week.splitlines()]
    aimed = [post.text for post in read([DATA / "a.tsv"])]
    return [
        f"{chance.choice(aimed if chance.random() < 0.1 else ordinary)} {number}"
        for number in range(count)
    ]


def bundled() -> Callable[[list[str]], object]:
    from classifiers.bundled.classifier import BundledClassifier

    return BundledClassifier.open().label


def network_alone() -> Callable[[list[str]], object]:
    from classifiers.bundled.encoder import Encoder

    return Encoder.open().read


def bare() -> Callable[[list[str]], object]:
    """What onnxruntime needs for inputs that are tokenised beforehand, on as many threads."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from tokenizers import Tokenizer

    from classifiers.bundled.encoder import session_of
    from classifiers.bundled.files import FOLDER, checked_files

    files = checked_files(FOLDER)
    session, tokenizer = session_of(files.network), Tokenizer.from_file(str(files.tokenizer))
    feeds = []
    for text in stream(int(sys.argv[1])):
        ids = np.array([tokenizer.encode(text).ids])
        feeds.append({"ids": ids, "mask": np.ones_like(ids)})

    def run(_: list[str]) -> object:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(lambda feed: session.run(None, feed), feeds))

    return run


def keywords() -> Callable[[list[str]], object]:
    from classifiers.keywords import KeywordClassifier

    return KeywordClassifier().label


def pipeline() -> Callable[[list[str]], object]:
    """The same network in fp32 in batches of 32; its weights do not change its speed."""
    import torch
    from transformers import BertForSequenceClassification, PreTrainedTokenizerFast
    from transformers import pipeline as pipeline_of

    from classifiers.bundled.files import FOLDER, checked_files
    from classifiers.bundled.heads import width
    from classifiers.training.encoder import config_of

    torch.set_num_threads(os.cpu_count() or 1)
    files = checked_files(FOLDER)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(files.tokenizer), pad_token="<pad>", model_max_length=128
    )
    record = json.loads((files.folder / "record.json").read_text(encoding="utf-8"))
    config = config_of(tokenizer.vocab_size, record["recipe"]["depth"])
    config.num_labels = width()
    network = BertForSequenceClassification(config).eval()
    reader = pipeline_of("text-classification", model=network, tokenizer=tokenizer, top_k=None)
    return lambda texts: reader(texts, batch_size=32, truncation=True)


MAKERS = dict(zip(READERS, (bundled, network_alone, bare, keywords, pipeline), strict=True))


def measured(name: str, count: int) -> dict[str, float]:
    """In this process: posts a second after a warm-up, and the most memory ever held."""
    texts = stream(count)
    read = MAKERS[name]()
    read(texts[:32])
    started = time.perf_counter()
    read(texts)
    taken = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"posts": count, "posts_per_s": round(count / taken, 1), "peak_mb": round(peak, 1)}


def in_a_process(name: str, count: int) -> dict[str, float] | None:
    python = str(TRAINING) if name.startswith("pipeline") else sys.executable
    if not Path(python).exists():
        print(f"{name}: not measured, {TRAINING} is missing (make train)")
        return None
    told = subprocess.run(
        [python, __file__, str(count), name],
        check=True, capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"},
    )  # fmt: skip
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def main(count: int) -> None:
    figures = {}
    for name in READERS:
        found = in_a_process(name, count // SLOW.get(name, 1))
        if found:
            figures[name] = found
            print(f"{name:20} {found['posts_per_s']:8.1f} posts/s {found['peak_mb']:7.1f} MB")
    wrote = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "figures": figures,
    }
    RESULTS.write_text(json.dumps(wrote, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    if len(sys.argv) > 2:
        print(json.dumps(measured(sys.argv[2], posts)))
    else:
        main(posts)
