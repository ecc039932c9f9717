"""API keys of the cluster: one that serves and one that builds, each for the indices of one alias alone."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from elasticsearch import AuthenticationException, BadRequestError, Elasticsearch

from service.errors import SetupError
from service.index.elastic.connection import Connection, explained

Role = Literal["serve", "ingest"]

PRIVILEGES: Mapping[Role, Sequence[str]] = {
    "serve": ("read", "view_index_metadata"),
    # Aliases, mappings and settings change; nothing narrower than `manage` lets them.
    "ingest": ("manage", "read", "write"),
}


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as the cluster made it. It is told once."""

    role: Role
    key_id: str
    name: str
    expires_at: datetime
    encoded: str = field(repr=False)
    """The key itself, as KITSUNE_ELASTICSEARCH_API_KEY takes it."""


def make_keys(connection: Connection, user: str, password: str, expires: str) -> list[MadeKey]:
    """Make a key for each role that expires after a while, in Elasticsearch's words: `90d`.

    Raises:
        SetupError: the cluster does not know the user, or gives keys no such rights.
        IndexUnavailable: Elasticsearch does not answer.
    """
    # The client itself takes ASCII alone; Elasticsearch takes UTF-8.
    credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
    with connection.client() as client:
        maker = client.options(basic_auth=credentials)
        _check_maker(maker, [rights(role, connection.alias) for role in PRIVILEGES])
        return [_made(maker, role, connection.alias, expires) for role in PRIVILEGES]


def rights(role: Role, alias: str) -> Mapping[str, Any]:
    """Return what a role may do, and to what.

    A generation's name is told by the time in it: `ALIAS-*` would also be what belongs to an alias with a longer name.
    """
    names = [alias, f"/{alias}-[0-9]{{8}}t[0-9]{{6}}-.*/"]
    if role == "ingest":
        names.append(f"{alias}-lock")
    return {"names": names, "privileges": list(PRIVILEGES[role])}


def _check_maker(maker: Elasticsearch, needed: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a user whose keys would come out without the rights: a key has none that its maker lacks."""
    with explained():
        try:
            answer = maker.security.has_privileges(cluster=["manage_own_api_key"], index=needed)
        except AuthenticationException as error:
            raise SetupError("Elasticsearch does not know this user by this password.") from error
        except BadRequestError as error:
            raise SetupError("Elasticsearch knows no keys: its security is off (xpack.security.enabled).") from error
    if not answer["has_all_requested"]:
        raise SetupError(
            "This user's keys could not do what they are for: a key has no right that its maker lacks. Take a user "
            "who may manage_own_api_key, and manage, read and write this shop's indices."
        )


def _made(maker: Elasticsearch, role: Role, alias: str, expires: str) -> MadeKey:
    name = f"{alias}-{role}"
    # Without role_descriptors a key has all rights of its maker; without expiration it has them for ever.
    descriptor = {"cluster": [], "indices": [rights(role, alias)]}
    with explained():
        answer = maker.security.create_api_key(name=name, expiration=expires, role_descriptors={role: descriptor})
    expires_at = datetime.fromtimestamp(answer["expiration"] / 1000, UTC)
    return MadeKey(role, answer["id"], name, expires_at, answer["encoded"])
