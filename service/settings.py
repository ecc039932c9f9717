"""What an operator may set: environment variables that begin with `KITSUNE_`, read once."""

import os
import shlex
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.errors import SettingsError

PREFIX = "KITSUNE_"
TEST_PREFIX = "KITSUNE_TEST_"
"""Variables that tell the tests where things are; the service leaves them alone."""

Engine = Literal["embedded", "elasticsearch"]
PredictionLogKind = Literal["off", "sqlite", "jsonl"]
LayoutChoice = Literal["auto", "exact", "partitioned"]

IMPOSSIBLE_LAYOUTS = {
    "bbq_": "it keeps one bit of each number, which Elasticsearch does from 64 numbers on, and vectors here have 50",
    "int8_": "it rounds the vectors, and finds 8 of the 10 nearest products",
    "int4_": "it rounds the vectors more coarsely than int8_, which already finds only 8 of the 10 nearest products",
    "hnsw": "one graph over all taxonomies is slower than comparing all products of one, and misses more",
}
"""What else Elasticsearch can do with vectors, by how its name begins, and why it is not done here.

Source: a million products of 300 taxonomies, 50 numbers each: `int8_flat` recall@10 .77; `int8_hnsw` .72 at 20 ms;
`flat` 1.0 at 7 ms.
"""


class Settings(BaseSettings):
    """How one process serves one shop. Frozen: a setting that is read twice says the same twice."""

    # An empty variable counts as unset: an empty admin key must not let an empty header in.
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    home: Path = Field(default=Path("kitsune-home"), description="The shop's folder: record, bundles, generations.")
    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every one.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer.")
    drain_s: float = Field(
        default=0.0, ge=0, le=300, allow_inf_nan=False, description="Seconds between SIGTERM and the end of listening."
    )
    engine: Engine = Field(default="embedded", description="Where a build puts its generation; releases name theirs.")
    elasticsearch_url: str = Field(
        default="http://127.0.0.1:9200", pattern=r"^https?://[^/]", description="Where Elasticsearch listens."
    )
    elasticsearch_alias: str = Field(
        default="kitsune", pattern=r"^[a-z][a-z0-9_-]*$", description="Alias, and what this shop's indices begin with."
    )
    elasticsearch_layout: LayoutChoice = Field(
        default="auto", description="Whether the largest taxonomies of a new index get a graph."
    )
    elasticsearch_shards: int = Field(default=1, ge=1, le=1024, description="Shards of a new index.")
    elasticsearch_api_key: SecretStr | None = Field(default=None, description="Key to Elasticsearch, as it gave it.")
    elasticsearch_api_key_file: Path | None = Field(default=None, description="File that holds that key instead.")
    elasticsearch_ca_file: Path | None = Field(default=None, description="Authority that signed its certificate.")
    admin_key: SecretStr | None = Field(default=None, description="Bearer key of the admin calls; unset, they are off.")
    feedback_key: SecretStr | None = Field(
        default=None, min_length=16, description="Bearer key of those who send feedback; unset, none is taken."
    )
    prediction_log: PredictionLogKind = Field(default="off", description="Where answers are kept for reports.")
    prediction_log_bytes: int = Field(
        default=10_000_000_000, ge=1_000_000, description="Size beyond which the oldest predictions are removed."
    )
    retention_days: int = Field(default=90, ge=1, le=3650, description="Days that predictions and feedback are kept.")
    deadline_s: float = Field(
        default=1.0, gt=0, le=60, allow_inf_nan=False, description="Seconds within which a request is answered."
    )
    max_body_bytes: int = Field(default=1_000_000, ge=1_000, description="Largest JSON body.")
    max_photo_bytes: int = Field(default=10_000_000, ge=1_000, description="Largest photo as sent.")
    metrics: bool = Field(default=True, description="Whether requests and answers are counted, and /metrics served.")
    tracing: bool = Field(default=False, description="Whether answers are traced; OTEL_* variables say where to.")
    stay_ready: bool = Field(default=False, description="Whether /readyz stays 200 while the index does not answer.")
    drift: bool = Field(default=False, description="Whether requests are watched for drift; needs the [drift] extra.")
    drift_window: int = Field(
        default=1000, ge=500, le=100_000, description="Requests that are looked at together for drift."
    )
    drift_hook_command: str | None = Field(default=None, description="Command that is told when drift begins.")
    drift_hook_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]", description="Address that is told when drift begins."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least important log lines that are written."
    )

    @field_validator("elasticsearch_layout", mode="before")
    @classmethod
    def _possible(cls, layout: Any) -> Any:
        for beginning, why in IMPOSSIBLE_LAYOUTS.items():
            if isinstance(layout, str) and layout.startswith(beginning):
                raise PydanticCustomError("impossible_layout", f"{why}; choose auto, exact or partitioned.")
        return layout

    @field_validator("elasticsearch_api_key_file")
    @classmethod
    def _one_key(cls, path: Path | None, others: ValidationInfo) -> Path | None:
        if path is not None and others.data.get("elasticsearch_api_key") is not None:
            raise PydanticCustomError("two_keys", "KITSUNE_ELASTICSEARCH_API_KEY is set as well; unset one of them.")
        return path

    @field_validator("elasticsearch_ca_file")
    @classmethod
    def _checked_certificate(cls, path: Path | None, others: ValidationInfo) -> Path | None:
        if path is not None and not others.data.get("elasticsearch_url", "https:").startswith("https:"):
            raise PydanticCustomError("no_tls", "KITSUNE_ELASTICSEARCH_URL must begin with https:// then.")
        return path

    def index_options(self) -> dict[str, Any]:
        """Return what decides, beside its content, how an index is built."""
        if self.engine == "embedded":
            return {"engine": self.engine}
        return {"engine": self.engine, "layout": self.elasticsearch_layout, "shards": self.elasticsearch_shards}

    def elasticsearch_key(self) -> str | None:
        """Return the key to Elasticsearch, read anew where a file holds it: a key that was changed is found.

        Raises:
            SettingsError: the file cannot be read, or is empty; its content is not repeated.
        """
        if self.elasticsearch_api_key is not None:
            return self.elasticsearch_api_key.get_secret_value()
        path = self.elasticsearch_api_key_file
        return None if path is None else _read_key(path)

    @field_validator("drift_hook_command")
    @classmethod
    def _command(cls, command: str | None) -> str | None:
        try:
            words = shlex.split(command or "")
        except ValueError:
            words = []
        if command is not None and not words:
            raise PydanticCustomError("no_command", "it is no command: quote it as in a shell.")
        return command

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment; an override that is not None wins over it.

        Raises:
            SettingsError: a variable is unknown or its value is out of place; the value is not repeated.
        """
        _refuse_unknown(os.environ, known=[PREFIX + name.upper() for name in cls.model_fields])
        try:
            return cls(**{name: value for name, value in overrides.items() if value is not None})
        except ValidationError as error:
            raise SettingsError("; ".join(_sentences(error))) from None


def _read_key(path: Path) -> str:
    try:
        key = path.read_text("ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}ELASTICSEARCH_API_KEY_FILE: {path} cannot be read ({error.strerror}): check its path and rights."
        ) from None
    except UnicodeDecodeError:
        key = ""
    if not key.isprintable() or not key:
        raise SettingsError(
            f"{PREFIX}ELASTICSEARCH_API_KEY_FILE: {path} does not hold one key; put the one in that Elasticsearch gave."
        )
    return key


def _refuse_unknown(environment: Mapping[str, str], known: list[str]) -> None:
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known and not name.startswith(TEST_PREFIX):
            closest = get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise SettingsError(f"The environment variable {name} is not a setting. Closest: {', '.join(closest)}.")


def _sentences(error: ValidationError) -> list[str]:
    return [f"{PREFIX}{str(row['loc'][0]).upper()}: {row['msg']}" for row in error.errors(include_input=False)]
