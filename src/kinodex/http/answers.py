"""Answers to searches, by what was asked and who asked: the same again while nothing has changed."""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from kinodex.domain.keys import ApiKey
from kinodex.http.fields import Fields
from kinodex.http.multipart_bodies import read_content_type
from kinodex.http.threads import call
from kinodex.usecases.known_answers import KnownAnswers

SMALL_BYTES = 16 * 1024
"""Bodies of so many bytes may be read before there is a place at the gate."""
_LENGTH = re.compile(r"[0-9]{1,6}")
_MULTIPART = "multipart/form-data"


def is_small(request: Request) -> bool:
    """Return whether a body is of a few bytes and holds no files, by what the request says of it."""
    kind, _ = read_content_type(request.headers.get("content-type", ""))
    declared = request.headers.get("content-length", "")
    return kind != _MULTIPART and bool(_LENGTH.fullmatch(declared)) and int(declared) <= SMALL_BYTES


def name_of(request: Request, body: Fields, *, caller: ApiKey, generation: str) -> bytes:
    """
    Return what stands for a search and everything its answer depends on beside the indexes.

    That is the key, whose pages they are, the version of the API, the address links are made with, and all
    that was sent.
    """
    asked = (caller.id, repr(caller.index_ids), generation, str(request.base_url), body.fingerprint())
    return hashlib.sha256("\n".join(asked).encode()).digest()


async def known(answers: KnownAnswers, name: bytes) -> Response | None:
    """Return the answer given before, if it would be the same now."""
    content = answers.recall(name)
    if content is None and answers.may_know(name):
        content = await call(answers.look, name)
    return None if content is None else Response(content, media_type="application/json")
