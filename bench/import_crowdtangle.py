"""How fast a CrowdTangle export becomes searchable posts, beside pandas into SQLite.

    python bench/import_crowdtangle.py [ROWS]

Both run in a process of their own on the same file. pandas reads the CSV and inserts its rows
into a table of the same columns: no hashing, no archive, no language, no places, no duplicates,
no full-text index. The ratio says what those cost. Writes bench/results/import_crowdtangle.json.
"""

import csv
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from classifiers.training.labelled import DATA, read

RESULTS = Path(__file__).parent / "results" / "import_crowdtangle.json"
COLUMNS = (
    "Page Name,User Name,Facebook Id,Page Category,Page Admin Top Country,Page Description,"
    "Page Created,Likes at Posting,Followers at Posting,Post Created,Post Created Date,"
    "Post Created Time,Type,Total Interactions,Likes,Comments,Shares,Love,Wow,Haha,Sad,Angry,"
    "Care,Video Share Status,Is Video Owner?,Post Views,Total Views,"
    "Total Views For All Crossposts,Video Length,URL,Message,Link,Final Link,Image Text,"
    "Link Text,Description,Sponsor Id,Sponsor Name,Sponsor Category"
).split(",")
WEIGHTS = "  —  ".join(
    f"{name} 1x" for name in ("Likes", "Shares", "Comments", "Love", "Wow", "Haha", "Sad")
)
WITH_PANDAS = """
import sqlite3, sys
import pandas
frame = pandas.read_csv(sys.argv[1], dtype=str)
with sqlite3.connect(sys.argv[2]) as database:
    frame.to_sql("post", database, index=False)
"""


def write_export(path: Path, rows: int) -> None:
    """An invented export: each text is two posts of one language and a number of its own."""
    draw = random.Random(rows)
    texts: dict[str, list[str]] = {}
    for post in read(sorted(DATA.glob("[a-e].tsv"))):
        texts.setdefault(post.lang, []).append(post.text)
    langs = draw.choices(list(texts), [len(posts) for posts in texts.values()], k=rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, f"Overperforming Score (weighted  —  {WEIGHTS} )"])
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        for row, lang in enumerate(langs):
            moment += timedelta(seconds=97)
            text = f"{draw.choice(texts[lang])} {draw.choice(texts[lang])} {row}"
            page = draw.randint(1, 400)
            counts = [draw.randint(0, 900) for _ in range(9)]
            url = f"https://www.facebook.com/{100_000 + page}/posts/{10**15 + row}"
            owner = [f"Page {page}", f"page{page}", 100_000 + page, "NEWS_SITE", "ML"]
            when = f"{moment:%Y-%m-%d %H:%M:%S} GMT,{moment:%Y-%m-%d},{moment:%H:%M:%S}"
            figures = ["", "", "", "12,345", *when.split(","), "Status", f"{sum(counts):,}"]
            writer.writerow([*owner, *figures, *counts, *[""] * 6, url, text, *[""] * 8, "0.5"])


def measured(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """Seconds, and peak megabytes of the process and those it starts together."""
    started = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, **environment}) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, sum(map(megabytes, [process.pid, *children_of(process.pid)])))
            time.sleep(0.2)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return {"s": time.perf_counter() - started, "mb": peak}


def children_of(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in told.split()]


def megabytes(pid: int) -> float:
    """Memory of a process; what several share is divided among them."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")) / 1024


def compared(folder: Path, rows: int) -> dict[str, float]:
    """One file through both, one after the other."""
    export = folder / f"export-{rows}.csv"
    write_export(export, rows)
    home = folder / f"home-{rows}"
    ours = measured(
        [sys.executable, "-m", "veille.cli", "import", str(export)], {"VEILLE_HOME": str(home)}
    )
    theirs = measured(
        [sys.executable, "-c", WITH_PANDAS, str(export), str(folder / f"pandas-{rows}.sqlite")], {}
    )
    return {
        "rows": rows,
        "rows_per_s": round(rows / ours["s"]),
        "peak_mb": round(ours["mb"]),
        "us_per_row": round(ours["s"] / rows * 1e6, 1),
        "pandas_rows_per_s": round(rows / theirs["s"]),
        "pandas_peak_mb": round(theirs["mb"]),
        "times_pandas": round(ours["s"] / theirs["s"], 2),
    }


def machine() -> dict[str, object]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "measured_on": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "processor": platform.machine(),
    }


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = (compared(Path(folder), n) for n in (rows // 10, rows))
    growth = round(large["us_per_row"] / small["us_per_row"], 2)
    result = {**machine(), "small": small, "large": large, "cost_per_row_growth": growth}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
