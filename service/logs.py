"""Log lines as JSON on standard error, one a line, each with the id of the request it belongs to.

JSON escapes what could forge a line or colour a terminal: line breaks, control characters, and everything that is not
ASCII, text direction marks included.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configure(level: str = "info") -> None:
    """Send every log line of this process, uvicorn's and other libraries' included, through one form."""
    structlog.configure(
        processors=[*SHARED, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_stderr,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*SHARED, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # It writes a line for every request that an engine does not answer, beside the request's own.
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def _to_stderr(*_: Any) -> structlog.WriteLogger:
    """Look standard error up when a logger is bound: it may have been redirected since `configure`."""
    return structlog.WriteLogger(sys.stderr)
