"""OpenAPI documents, one for each API version, from what the routes say of themselves."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute

from kinodex import __version__
from kinodex.domain import errors
from kinodex.http.auth import HEADER, Requires, RequiresUnlessLocal
from kinodex.http.errors import ANSWERS
from kinodex.http.spec.operation import KEY, Field, Operation
from kinodex.http.spec.paths import PATH_PARAMETERS
from kinodex.http.spec.schema import Schema, Shape, integer, record, text
from kinodex.http.versions import GENERATIONS, OnlyIn
from kinodex.http.wire.values import Json

REFUSAL = Shape(
    "Refusal",
    record(
        {
            "code": text("Stable word for what is wrong; programs compare it."),
            "message": text("One sentence for people, with the measured value and the limit."),
        }
    ),
    {"code": "parameter_not_provided", "message": "The parameter index_id is required."},
)
_ALWAYS = (429, 500, 503)
_NAMES: Mapping[int, str] = {
    400: "A value cannot be used.",
    401: "No key was sent, or it is unknown.",
    403: "The key has not the scope.",
    404: "It does not exist.",
    405: "The path has no such method.",
    408: "The client stopped sending.",
    409: "The state does not allow it.",
    413: "The body is too large.",
    416: "The part that was asked for does not exist.",
    422: "The same `Idempotency-Key` came with another body.",
    429: "Too much at once; `Retry-After` says when to come again.",
    500: "Something unexpected happened here; the log has it.",
    503: "Not now; `Retry-After` says when to come again.",
}
_REPEATABLE: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": text(maxLength=255, minLength=1),
    "description": "A word of your own, new for each thing to be done: a request that is sent again with it "
    "gets the answer of the first, and the work is done once.",
}
RATES: Mapping[str, str] = {
    "X-Ratelimit-Limit": "Requests the key may make a minute; absent, as the other three, without a limit.",
    "X-Ratelimit-Remaining": "Requests left to it now.",
    "X-Ratelimit-Used": "Requests it has made of them.",
    "X-Ratelimit-Reset": "UTC epoch second at which all of them are back.",
}
_COME_AGAIN = (429, 503)
_HEADERS: Json = {
    "Retry-After": {"description": "Seconds to wait before the next try.", "schema": integer(minimum=0)},
    **{name: {"description": about, "schema": integer(minimum=0)} for name, about in RATES.items()},
}
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    A path and a method, with all that is known of them.

    Attributes:
        method: In capital letters.
        path: Without API version.
        route: What serves it.
        operation: What it says of itself; ``None`` where it says nothing.
        scope: Which a key needs; ``None`` where none is asked for.
        generations: API versions that have it.
    """

    method: str
    path: str
    route: APIRoute
    operation: Operation | None
    scope: str | None
    generations: tuple[str, ...]
    is_open_locally: bool = False


def endpoints_of(routers: Sequence[APIRouter]) -> tuple[Endpoint, ...]:
    """Return all endpoints of these routers, in their order."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return tuple(
        _endpoint(route, method)
        for route in routes
        if route.include_in_schema
        for method in sorted(route.methods or ())
    )


def document(endpoints: Sequence[Endpoint], generation: str) -> Json:
    """Return the OpenAPI 3.1 document of an API version."""
    builder = _Builder(generation)
    paths: dict[str, dict[str, object]] = defaultdict(dict)
    for endpoint in endpoints:
        if generation in endpoint.generations and endpoint.operation is not None:
            paths[endpoint.path][endpoint.method.lower()] = builder.operation(endpoint, endpoint.operation)
    tags = dict.fromkeys(str(tag) for endpoint in endpoints for tag in endpoint.route.tags)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kinodex",
            "version": __version__,
            "summary": "Find the exact moment in a video by what is seen, said or written.",
            "description": _ABOUT.format(generation=generation),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": f"/{generation}"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": dict(paths),
        "components": {
            "schemas": builder.schemas,
            "responses": builder.responses,
            "headers": _HEADERS,
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": HEADER}},
        },
    }


class Documents:
    """The documents of all API versions as JSON, each made when it is first asked for."""

    def __init__(self, routers: Sequence[APIRouter]) -> None:
        self._routers = routers
        self._made: dict[str, bytes] = {}

    def of(self, generation: str) -> bytes:
        """Return the document of an API version."""
        if generation not in self._made:
            self._made[generation] = msgspec.json.encode(document(endpoints_of(self._routers), generation))
        return self._made[generation]


def _endpoint(route: APIRoute, method: str) -> Endpoint:
    calls = [each.call for each in route.dependant.dependencies]
    scopes = [each for each in calls if isinstance(each, Requires)]
    hidden = [each.generations for each in calls if isinstance(each, OnlyIn)]
    operation = (route.openapi_extra or {}).get(KEY)
    return Endpoint(
        method=method,
        path=route.path,
        route=route,
        operation=operation if isinstance(operation, Operation) else None,
        scope=scopes[0].scope if scopes else None,
        generations=hidden[0] if hidden else GENERATIONS,
        is_open_locally=any(isinstance(each, RequiresUnlessLocal) for each in scopes),
    )


class _Builder:
    """Makes one document and gathers the shapes that its operations name."""

    def __init__(self, generation: str) -> None:
        self._generation = generation
        self.schemas: dict[str, object] = {}
        self.responses: dict[str, object] = {}
        self._names: set[str] = set()

    def operation(self, endpoint: Endpoint, operation: Operation) -> Json:
        """Return what stands under a method of a path."""
        # Docstrings mark code by two backquotes, Markdown by one, and a summary is plain text.
        said_there = (endpoint.route.description or "").replace("``", "`")
        first, _, rest = said_there.partition("\n\n")
        summary = " ".join(first.replace("`", "").split())
        needs = [] if endpoint.scope is None else [f"The key needs the scope `{endpoint.scope}`."]
        if endpoint.is_open_locally:
            needs.append("Requests of the machine itself need no key.")
        description = "\n\n".join(each for each in (rest, operation.details, " ".join(needs)) if each)
        said: Json = {
            "operationId": self._name(endpoint),
            "summary": summary,
            "description": description or " ".join(first.split()),
            "tags": [str(tag) for tag in endpoint.route.tags],
            "responses": self._responses(endpoint, operation),
        }
        headers = [_REPEATABLE] if _is_repeatable(endpoint) else []
        if parameters := [*self._path(endpoint.path), *self._query(operation), *headers]:
            said["parameters"] = parameters
        if body := self._body(operation):
            said["requestBody"] = body
        if endpoint.scope is not None:
            said["security"] = [{"key": []}, *([{}] if endpoint.is_open_locally else [])]
            said["x-required-scope"] = endpoint.scope
        return said

    def _name(self, endpoint: Endpoint) -> str:
        """Return a name that no other operation has; some functions serve two paths or methods."""
        name = endpoint.route.name
        tail = endpoint.path.strip("/").partition("/")[0].replace("-", "_")
        for each in (name, f"{name}_{endpoint.method.lower()}", f"{name}_{tail}"):
            if each not in self._names:
                self._names.add(each)
                return each
        raise AssertionError(f"{endpoint.method} {endpoint.path} needs a function of its own")

    def _path(self, path: str) -> Iterator[Json]:
        for name in re.findall(r"{(\w+)}", path):
            schema, example = PATH_PARAMETERS[name]
            yield {"name": name, "in": "path", "required": True, "schema": schema, "example": example}

    def _query(self, operation: Operation) -> Iterator[Json]:
        for field in self._known(operation.query):
            schema = dict(field.schema)
            about = schema.pop("description", None)
            yield {
                "name": field.name,
                "in": "query",
                "required": field.is_required,
                "schema": self._resolved(schema),
                **({"description": about} if about else {}),
            }

    def _body(self, operation: Operation) -> Json | None:
        if operation.sends is not None:
            whole: Json = {"schema": text("The bytes.", format="binary")}
            return {"required": True, "content": {operation.sends: whole}}
        fields = self._known(operation.body)
        if not fields:
            return None
        examples: Json = {
            name: {"value": example.body}
            for name, example in operation.examples.items()
            if self._generation in example.only
        }
        plain = [field for field in fields if not field.is_file]
        content: Json = {"application/json": self._media(plain, examples, is_form=False)}
        for form in _FORMS:
            of_form = fields if form.startswith("multipart") else plain
            content[form] = self._media(of_form, {}, is_form=True)
        return {"required": any(field.is_required for field in fields), "content": content}

    def _media(self, fields: Sequence[Field], examples: Json, *, is_form: bool) -> Json:
        schemas = {field.name: self._field(field, is_form=is_form) for field in fields}
        required = [field.name for field in fields if field.is_required]
        shape: Json = {"type": "object", "properties": schemas, "required": required}
        return {"schema": shape, **({"examples": examples} if examples else {})}

    def _field(self, field: Field, *, is_form: bool) -> object:
        if field.is_file:
            return {**text(str(field.schema.get("description", ""))), "format": "binary"}
        is_object = field.schema.get("type") == "object" or field.schema.get("x-json-in-forms")
        if is_form and is_object:
            about = f"{field.schema.get('description', '')} JSON text in a form.".strip()
            return {**text(about), "contentMediaType": "application/json"}
        return self._resolved({k: v for k, v in field.schema.items() if k != "x-json-in-forms"})

    def _responses(self, endpoint: Endpoint, operation: Operation) -> Json:
        success: Json = {"description": "No body." if operation.answer is None else "It worked."}
        if operation.answer is not None:
            answers = {operation.media_type: operation.answer, **operation.other_answers}
            success["content"] = {media_type: self._answer(each) for media_type, each in answers.items()}
        headers = _headers_of(endpoint, operation)
        if headers:
            success["headers"] = headers
        responses: Json = {str(operation.status_in(self._generation)): success}
        for status in sorted(_refusals(endpoint, operation)):
            responses[str(status)] = self._refusal(status)
        return responses

    def _refusal(self, status: int) -> Json:
        name = f"Refused{status}"
        self.responses[name] = {
            "description": f"{_NAMES[status]}{_codes(status)}",
            "content": {"application/json": {"schema": self._resolved(REFUSAL)}},
            **({"headers": _referred("Retry-After")} if status in _COME_AGAIN else {}),
        }
        return {"$ref": f"#/components/responses/{name}"}

    def _answer(self, answer: Shape | Schema) -> Json:
        if isinstance(answer, Shape):
            return {"schema": self._resolved(answer), "example": answer.of(self._generation)[1]}
        return {"schema": self._resolved(answer)}

    def _known(self, fields: Sequence[Field]) -> list[Field]:
        return [field for field in fields if self._generation in field.only]

    def _resolved(self, value: object) -> object:
        """Return a schema whose shapes are references, and gather the shapes."""
        if isinstance(value, Shape):
            if value.name not in self.schemas:
                self.schemas[value.name] = {}
                self.schemas[value.name] = self._resolved(value.of(self._generation)[0])
            return {"$ref": f"#/components/schemas/{value.name}"}
        if isinstance(value, Mapping):
            return {name: self._resolved(each) for name, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._resolved(each) for each in value]
        return value


def _headers_of(endpoint: Endpoint, operation: Operation) -> Json:
    """Return what the header of a success says; what is left to a key, only where one is asked for."""
    own = {name: {"schema": schema} for name, schema in operation.headers.items()}
    return {**own, **(_referred(*RATES) if endpoint.scope is not None else {})}


def _referred(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(endpoint: Endpoint, operation: Operation) -> set[int]:
    statuses = {*_ALWAYS, *operation.errors}
    if endpoint.scope is not None:
        statuses |= {401, 403}
    if "{" in endpoint.path:
        statuses |= {400, 404}
    if operation.query:
        statuses |= {400}
    if operation.body:
        statuses |= {400, 408, 413}
    if _is_repeatable(endpoint):
        statuses |= {400, 409, 422}
    return statuses


def _is_repeatable(endpoint: Endpoint) -> bool:
    return endpoint.method == "POST" and endpoint.scope is not None


def _codes(status: int) -> str:
    """Return the codes a status may come with, as the table of answers has them."""
    codes = dict.fromkeys(
        answer.code or kind.code
        for kind, answer in ANSWERS.items()
        if answer.status == status and kind is not errors.KinodexError
    )
    return f" Codes: {', '.join(f'`{code}`' for code in codes)}." if codes else ""


_ABOUT = """
Version {generation} of the API. The others are under `/v1.1`, `/v1.2` and `/v1.3`, each with a document of
its own at `openapi.json`; a path without version is of the newest.

Send your key in the header `x-api-key`. Bodies may be JSON, url-encoded forms or multipart forms;
in forms, lists are repeated fields and objects are JSON text. Unknown fields are ignored.
Errors are `{{"code", "message"}}`.
""".strip()
