"""Routes that call their dependencies straight away do what the framework would do."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.testclient import TestClient

from kinodex.http.app import ROUTERS
from kinodex.http.auth import Requires
from kinodex.http.direct import DirectRoute

calls: list[str] = []


class Guard:
    async def __call__(self, request: Request) -> None:
        calls.append("guard")
        if "x-no" in request.headers:
            raise PermissionError


async def word(request: Request) -> str:
    calls.append("word")
    return request.headers["x-word"]


async def loud(text: Annotated[str, Depends(word)]) -> str:
    calls.append("loud")
    return text.upper()


async def opened() -> AsyncIterator[str]:
    calls.append("opened")
    yield "open"
    calls.append("closed")


def client_of(route_class: type[APIRoute]) -> TestClient:
    router = APIRouter(prefix="/things", route_class=route_class, dependencies=[Depends(Guard())])

    @router.get("/{thing_id}")
    async def get_thing(
        thing_id: str, a: Annotated[str, Depends(word)], *, b: Annotated[str, Depends(loud)]
    ) -> JSONResponse:
        return JSONResponse([thing_id, a, b])

    @router.get("/all/opened")
    async def get_opened(what: Annotated[str, Depends(opened)]) -> JSONResponse:
        return JSONResponse([what])

    @router.get("/{number}/twice")
    async def get_twice(number: int, times: int = 2) -> JSONResponse:
        return JSONResponse(number * times)

    app = FastAPI()
    app.include_router(router)
    return TestClient(app, raise_server_exceptions=False, headers={"x-word": "hey"})


@pytest.fixture(params=[APIRoute, DirectRoute])
def client(request: pytest.FixtureRequest) -> TestClient:
    calls.clear()
    return client_of(request.param)


def test_values_come_from_the_path_and_from_functions_each_called_once(client: TestClient) -> None:
    assert client.get("/things/a%20b").json() == ["a b", "hey", "HEY"]
    assert calls == ["guard", "word", "loud"]


def test_a_guard_that_refuses_stops_the_request_before_anything_else(client: TestClient) -> None:
    assert client.get("/things/a", headers={"x-no": "1"}).status_code == 500
    assert calls == ["guard"]


def test_what_must_be_closed_is_left_to_the_framework(client: TestClient) -> None:
    assert client.get("/things/all/opened").json() == ["open"]
    assert calls == ["guard", "opened", "closed"]


def test_numbers_and_queries_are_left_to_the_framework(client: TestClient) -> None:
    assert client.get("/things/4/twice?times=3").json() == 12
    assert client.get("/things/x/twice").status_code == 422


def test_no_direct_route_forgets_its_key(shared_client: TestClient) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, DirectRoute)]
    assert len(routes) > 5
    for route in routes:
        assert any(isinstance(each.call, Requires) for each in route.dependant.dependencies)
        method = next(iter(route.methods))
        answer = shared_client.request(method, route.path, headers={"x-api-key": ""})
        assert answer.status_code == 401, route.path
