"""
What a key that is limited to some indexes may ask for; anything else looks as if it were not there.

A route is open to such a key only where the index it is about can be told: from its path, its query or its
body, or because the answer is cut down to what the key reaches.
"""

from starlette.requests import Request

from kinodex.domain import errors
from kinodex.domain.ids import IndexId, is_id
from kinodex.domain.keys import ApiKey
from kinodex.domain.listing import Condition
from kinodex.http.fields import Fields
from kinodex.http.parameters import query_fields, task_id_of
from kinodex.http.threads import call
from kinodex.usecases import UseCases

OPEN = frozenset(
    {
        ("GET", "/indexes"),
        ("POST", "/estimate"),
        ("GET", "/tasks"),
        ("POST", "/tasks"),
        ("POST", "/tasks/external-provider"),
        ("GET", "/tasks/status"),
        ("POST", "/search"),
        ("POST", "/search-v2"),
        ("POST", "/combined-search"),
        ("POST", "/search/combined"),
        ("POST", "/beta/search"),
        ("GET", "/combined-search/{token}"),
        ("GET", "/search/{token}"),
        ("GET", "/search/explain/{token}"),
        ("GET", "/search-v2/{token}"),
        ("POST", "/classify"),
        ("POST", "/classify/bulk"),
        ("GET", "/classify/{token}"),
        ("GET", "/engines"),
        ("GET", "/engines/{engine_id}"),
        ("GET", "/capabilities"),
        ("GET", "/events/stream"),
    }
)
"""Lists and streams are cut down, bodies are checked as they are read, page tokens belong to one key."""


async def check_reach(request: Request, key: ApiKey, usecases: UseCases) -> None:
    """
    Return if a key may ask for what a request is about, as far as its path and its query say.

    Raises:
        NotFound: It is about an index the key does not reach.
        KeyLimited: The route is about more than single indexes.
    """
    if key.index_ids is None:
        return
    parameters = request.path_params
    check_fields(query_fields(request.query_params), key)
    if "index_id" in parameters:
        _check(parameters["index_id"], key)
    elif "task_id" in parameters:
        task = await call(usecases.tasks.get, task_id_of(parameters["task_id"]))
        if not key.reaches(task.index_id):
            raise errors.NotFound("task", task.id)
    elif (request.method, request.scope["route"].path) not in OPEN:
        raise errors.KeyLimited


def check_fields(fields: Fields, key: ApiKey) -> None:
    """
    Return if a key reaches the indexes that fields name.

    Raises:
        NotFound: It does not.
    """
    if key.index_ids is None:
        return
    for name in ("index_id", "index_ids"):
        for index_id in fields.texts(name) or ():
            _check(index_id, key)


def within(key: ApiKey, field: str) -> tuple[Condition, ...]:
    """Return the conditions that cut a list down to what a key reaches; ``field`` holds the index's id."""
    return () if key.index_ids is None else (Condition(field, "in", key.index_ids),)


def _check(text: str, key: ApiKey) -> None:
    identifier = text.strip().lower()
    if is_id(identifier) and not key.reaches(IndexId(identifier)):
        raise errors.NotFound("index", identifier)
