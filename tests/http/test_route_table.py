"""The table of routes answers what asking one route after the other would."""

import pytest
from starlette.routing import BaseRoute, Match

from kinodex.http.app import ROUTERS
from kinodex.http.route_table import RouteTable

ROUTES: list[BaseRoute] = [route for router in ROUTERS for route in router.routes]
TABLE = RouteTable(ROUTES)
PATHS = sorted({str(getattr(route, "path", "/")).replace("{", "").replace("}", "") for route in ROUTES})


def _one_by_one(scope: dict[str, object]) -> tuple[Match, object]:
    found = [(*route.matches(scope), route) for route in ROUTES]
    for wanted in (Match.FULL, Match.PARTIAL):
        for match, params, route in found:
            if match is wanted:
                return match, (params["path_params"], route)
    return Match.NONE, None


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_path_leads_where_it_led(method: str) -> None:
    for path in [*PATHS, "/", "//", "/tasks//x", "/nothing", "/tasksx", "/indexes/a/b/c/d/e", "/%7B"]:
        scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
        match, found = TABLE.matches(dict(scope))
        expected, there = _one_by_one(dict(scope))
        assert match is expected, path
        if there is not None:
            assert (found["path_params"], found["kinodex.found"]) == there
