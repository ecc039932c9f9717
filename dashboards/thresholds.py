"""Every number that a board colours by or an alert fires at. Change it here, then `make dashboards`.

Shares are fractions of one, times are seconds, sizes are bytes.
"""

from typing import Final

JOB: Final = "kitsune"
"""The job that Prometheus scrapes the service as."""

RUNBOOKS: Final = "docs/runbooks.md"
"""Where the runbooks are published; alerts link into it."""

ANSWERED: Final = 0.995
"""Objective: this share of shoppers' requests gets an answer that is no 5xx."""

QUICK: Final = 0.99
"""Objective: this share of answered requests for outfits takes at most `QUICK_S`, so that p99 stays below it."""
QUICK_S: Final = 0.3
"""A bound of the buckets of kitsune_http_request_duration_seconds, so that the share is exact."""

BURN_PAGE_1H: Final = 14.4
BURN_PAGE_6H: Final = 6.0
BURN_TICKET_1D: Final = 3.0
BURN_TICKET_3D: Final = 1.0
"""How many times faster than the objective allows a budget is used up.

At these speeds 2 % of thirty days' budget goes in an hour, 5 % in six hours, 10 % in one day and 10 % in three.
Source: The Site Reliability Workbook, chapter 5, "Alerting on SLOs", table 5-8.
"""
FEWEST_REQUESTS: Final = 100
"""Requests of the longer window below which no burn is alerted: one error among ten requests is no trend."""

EMPTY_SLOTS: Final = 0.05
EMPTY_SLOTS_PAGE: Final = 0.30
FALLBACKS: Final = 0.10
FEWEST_OUTFITS: Final = 50
"""Outfits in half an hour below which no share of slots is judged."""

DRIFT: Final = 1.0
"""A profile's statistic over its own threshold."""
DRIFT_WINDOWS: Final = 2
"""Windows of a day that have to alarm: without drift, five in a hundred may."""

FEEDBACK_DROP: Final = 0.5
"""Clicks an outfit, as a share of those a week ago at the same hours."""
FEEDBACK_OUTFITS: Final = 1000
"""Outfits in six hours below which feedback is not compared."""
PREDICTIONS_LOST: Final = 0.01

IMPORT_AGE_S: Final = 36 * 3600
"""A daily import, and half a day of patience."""
ROWS_REFUSED: Final = 0.05
CATALOGUE_SHRANK: Final = 0.5
"""Products, as a share of those a day ago."""

EVENT_LOOP_LAG_S: Final = 0.1
OPEN_FILES: Final = 0.8
CPU_CORES: Final = 0.9
"""Of one process: the event loop is one thread, and as good as full here."""
MEMORY_BYTES: Final = 2 * 1024**3
"""Of one process: set it to what you gave it, less a tenth. Containers are held to their own limit."""
CONTAINER_MEMORY: Final = 0.9
CONTAINER_THROTTLED: Final = 0.25
