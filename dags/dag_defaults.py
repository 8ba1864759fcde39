"""What all DAGs have in common: time zone, owner, and when trying again is of use."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

TIMEZONE = "Africa/Bamako"

_NO_USE_TRYING_AGAIN = RetryRule(
    exception=[
        "veille.errors.PersonMustAct",
        "veille.errors.NeverAgain",
        "veille.errors.SourceChanged",
    ],
    action=RetryAction.FAIL,
)

_TASK_DEFAULTS = {
    "owner": "veille",
    "retries": 2,
    # Waits of 3 to 6 and then 6 to 12 minutes: 18 at the very most.
    "retry_delay": timedelta(minutes=3),
    "retry_exponential_backoff": 2.0,
    "retry_policy": ExceptionRetryPolicy(rules=[_NO_USE_TRYING_AGAIN]),
    "execution_timeout": timedelta(minutes=20),
}

DAG_DEFAULTS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "default_args": _TASK_DEFAULTS,
}
