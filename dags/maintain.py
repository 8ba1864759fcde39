"""### The upkeep: silent sources, data past their time, damaged pages

**What it does**, every morning at 07:00 in Bamako, after the watch: `silence` looks for sources
that brought less than `min_per_day` says is normal; `retention` erases posts and pages past their
time and forgets authors past theirs; `archive_check` reads every archived page against its hash.

**When a task is red.**

- `silence`: the log names the sources. Look at each by hand: gone, renamed, blocked, or a drop
  folder that nobody filled. Silence is never safety. Lower `min_per_day` if this is normal.
- `retention`: data stayed longer than promised. Mend what the log says and clear the task today.
- `archive_check`: the log names the damaged pages. Check the disk, then bring these pages back from
  your backup.
"""

from airflow.sdk import CronTriggerTimetable, dag, task
from dag_defaults import DAG_DEFAULTS, TIMEZONE


@dag(
    schedule=CronTriggerTimetable("0 7 * * *", timezone=TIMEZONE),
    doc_md=__doc__,
    tags=["veille", "upkeep"],
    **DAG_DEFAULTS,
)
def maintain() -> None:
    @task
    def silence() -> None:
        from veille import jobs
        from veille.errors import PersonMustAct

        if silent := jobs.silence():
            raise PersonMustAct(f"less than usual from: {', '.join(silent)}")

    @task
    def retention() -> dict[str, int]:
        from veille import jobs

        return jobs.retention()

    @task
    def archive_check() -> None:
        from veille import jobs
        from veille.errors import PersonMustAct

        if damaged := jobs.archive_check():
            raise PersonMustAct(f"damaged pages in the archive: {', '.join(damaged)}")

    silence()
    retention()
    archive_check()


maintain()
