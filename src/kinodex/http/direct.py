"""
Routes whose dependencies are called straight away, without the framework's general solver.

What our routes ask for is plain: the request, texts of the path, and functions of these. The framework looks
at each again on every request, for forms, headers and bodies that none of them has; what it would find is
known once the route is there. A route that asks for anything else is left to the framework.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_Known = dict[Callable[..., Any], object]


@dataclass(frozen=True, slots=True)
class _Step:
    """One function to call: with the request, with texts of the path, with what other steps gave."""

    call: Callable[..., Awaitable[Any]]
    request_name: str | None
    path_names: Mapping[str, str]
    needs: tuple[tuple[str | None, "_Step"], ...]

    async def run(self, request: Request, known: _Known) -> Any:
        if self.call in known:
            return known[self.call]
        given: dict[str, Any] = {}
        for name, step in self.needs:
            value = await step.run(request, known)
            if name is not None:
                given[name] = value
        for name, in_path in self.path_names.items():
            given[name] = request.path_params[in_path]
        if self.request_name is not None:
            given[self.request_name] = request
        result = known[self.call] = await self.call(**given)
        return result


class DirectRoute(APIRoute):
    """A route that calls its dependencies itself where all of them are plain."""

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        step = _step_of(self.dependant)
        if step is None:
            return super().get_route_handler()

        async def answer(request: Request) -> Response:
            response: Response = await step.run(request, {})
            return response

        return answer


def _step_of(dependant: Dependant) -> _Step | None:
    """Return how to call a function, or ``None`` where only the framework knows."""
    needs = [(each.name, _step_of(each)) for each in dependant.dependencies]
    plain = [(name, step) for name, step in needs if step is not None]
    if len(plain) < len(needs) or not _is_plain(dependant) or dependant.call is None:
        return None
    return _Step(
        call=dependant.call,
        request_name=dependant.request_param_name,
        path_names={field.name: field.alias for field in dependant.path_params},
        needs=tuple(plain),
    )


def _is_plain(dependant: Dependant) -> bool:
    asked = (
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params,
        dependant.websocket_param_name,
        dependant.http_connection_param_name,
        dependant.response_param_name,
        dependant.background_tasks_param_name,
        dependant.security_scopes_param_name,
    )
    texts = all(field.field_info.annotation is str for field in dependant.path_params)
    return not any(asked) and texts and dependant.use_cache and _is_coroutine(dependant.call)


def _is_coroutine(call: Callable[..., Any] | None) -> bool:
    """Return whether a function, or an object that is called like one, is to be awaited."""
    called: object = getattr(type(call), "__call__", None)  # noqa: B004  what kind it is, not whether it is
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(called)
