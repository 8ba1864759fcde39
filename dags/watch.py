"""### The watch: read every source, label what is new, send the morning bulletin

It starts at 06:15 in Bamako so that the bulletin is there by 06:45 even on a bad morning: a source
that does not answer is tried twice more, within 18 minutes.

**When a task is red**, the last line of its log says what to do; any task may be cleared.

- `collect`: the others were read, and the bulletin names this one. Mend what the log names. After
  *try later* the next run goes on; after *source changed*, `veille reingest` reads it again.
- `classify`: posts are kept, and labelled by the next run.
- `bulletin`: not everybody was told; clear the task, and only those are told.
- `watcher`: turns the run red when any other task failed.
"""

from airflow.sdk import CronTriggerTimetable, TriggerRule, chain, dag, task
from dag_defaults import DAG_DEFAULTS, TIMEZONE


@dag(
    schedule=CronTriggerTimetable("15 6 * * *", timezone=TIMEZONE),
    doc_md=__doc__,
    tags=["veille", "bulletin"],
    **DAG_DEFAULTS,
)
def watch() -> None:
    @task
    def sources() -> list[str]:
        from veille import jobs

        return jobs.sources()

    # One source at a time is polite to platforms, and leaves a core to the people at this laptop.
    @task(max_active_tis_per_dag=1, map_index_template="{{ task.op_kwargs['source_id'] }}")
    def collect(source_id: str) -> dict[str, int]:
        from veille import jobs

        return jobs.collect(source_id)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def classify() -> dict[str, int]:
        from veille import jobs

        return jobs.classify()

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def bulletin() -> dict[str, int]:
        from veille import jobs

        return jobs.bulletin()

    @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    def watcher() -> None:
        raise RuntimeError("a task of this run failed: see which one is red, and read its log")

    listed, labelled, sent = sources(), classify(), bulletin()
    chain(collected := collect.expand(source_id=listed), labelled, sent)
    [listed, collected, labelled, sent] >> watcher()


watch()
