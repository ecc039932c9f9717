"""What every answer and every error looks like."""

from typing import TypeVar

import httpx
from pydantic import BaseModel

from service.api.schemas import Problem

M = TypeVar("M", bound=BaseModel)


def assert_safe_headers(response: httpx.Response) -> None:
    headers = response.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-request-id"]
    assert headers["cache-control"]
    assert "server" not in headers
    if headers.get("content-type", "").startswith("text/"):
        assert "charset=utf-8" in headers["content-type"]


def answered(response: httpx.Response, schema: type[M]) -> M:
    """Check a good answer against the schema that OpenAPI shows, strictly."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return schema.model_validate_json(response.content)


def refused(response: httpx.Response, status: int, code: str) -> Problem:
    """Check that an error has the one shape of all errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json; charset=utf-8"
    problem = Problem.model_validate_json(response.content)
    assert (problem.type, problem.status, problem.code) == ("about:blank", status, code), response.text
    assert problem.request_id == response.headers["x-request-id"]
    assert problem.title
    assert problem.detail
    assert "CANARY" not in response.text, "an error repeats what was sent"
    assert "Traceback" not in response.text
    return problem
