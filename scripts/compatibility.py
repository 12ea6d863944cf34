"""
Write ``docs/api/compatibility.md``: what of the platform's API is served here, in which version.

``python scripts/compatibility.py`` with the project's own environment. What is served is read from the
routes; what the platform has, and why we leave a part of it out, stands here. A test compares the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kinodex.http.app import ROUTERS
from kinodex.http.routes.generation import REFUSED
from kinodex.http.spec.document import Endpoint, endpoints_of
from kinodex.http.versions import GENERATIONS

PAGE = Path(__file__).parents[1] / "docs" / "api" / "compatibility.md"

ALL = GENERATIONS
OLD = ("v1.1", "v1.2")
V2 = ("v1.2",)
V3 = ("v1.3",)
V2_3 = ("v1.2", "v1.3")

REFUSED_PATHS = {(method, path) for method, path, _ in REFUSED}

GENERATIVE = "needs a model that writes text; this server has none and does not pretend to"
ENTITIES = "no engine here knows persons"
CLOUD = "belongs to the platform's cloud"
AGENTS = "needs a model that writes text"


@dataclass(frozen=True)
class Row:
    """
    An endpoint of the platform.

    ``lacks`` says what of it is not served though the endpoint is; ``why`` why all of it is not.
    """

    family: str
    method: str
    path: str
    versions: tuple[str, ...]
    why: str = ""
    lacks: str = ""


def _rows(family: str, *endpoints: tuple[str, tuple[str, ...]], why: str = "", lacks: str = "") -> list[Row]:
    return [Row(family, *each.split(" ", 1), versions, why=why, lacks=lacks) for each, versions in endpoints]


PLATFORM = (
    *_rows(
        "Indexes",
        ("POST /indexes", ALL),
        ("GET /indexes", ALL),
        ("GET /indexes/{index_id}", ALL),
        ("PUT /indexes/{index_id}", ALL),
        ("DELETE /indexes/{index_id}", ALL),
        ("GET /engines", OLD),
        ("GET /engines/{engine_id}", OLD),
    ),
    *_rows(
        "Tasks",
        ("POST /tasks", ALL),
        ("GET /tasks", ALL),
        ("GET /tasks/{task_id}", ALL),
        ("DELETE /tasks/{task_id}", ALL),
        ("GET /tasks/status", OLD),
        ("POST /tasks/transfers", OLD),
    ),
    *_rows("Tasks", ("POST /tasks/external-provider", V2), lacks="direct links; pages of hosts are refused"),
    *_rows(
        "Tasks",
        ("POST /tasks/transfers/import/{integration_id}", V2_3),
        ("GET /tasks/transfers/import/{integration_id}/status", V2_3),
        ("GET /tasks/transfers/import/{integration_id}/logs", V2_3),
        why=f"{CLOUD}; `kinodex index add` takes whole folders",
    ),
    *_rows("Videos", ("GET /indexes/{index_id}/videos", ALL)),
    *_rows(
        "Videos",
        ("GET /indexes/{index_id}/videos/{video_id}", ALL),
        ("PUT /indexes/{index_id}/videos/{video_id}", ALL),
        ("PATCH /indexes/{index_id}/videos/{video_id}", V3),
        ("DELETE /indexes/{index_id}/videos/{video_id}", ALL),
        ("GET /indexes/{index_id}/videos/{video_id}/transcription", OLD),
        ("GET /indexes/{index_id}/videos/{video_id}/text-in-video", OLD),
        ("GET /indexes/{index_id}/videos/{video_id}/thumbnail", OLD),
    ),
    *_rows(
        "Videos",
        ("GET /indexes/{index_id}/videos/{video_id}/logo", OLD),
        lacks="always empty, with a note: logos are found by their lettering",
    ),
    *_rows(
        "Search",
        ("POST /search", ALL),
        ("GET /search/{token}", ALL),
        ("POST /search-v2", V2),
        ("GET /search-v2/{token}", V2),
        ("POST /combined-search", OLD),
        ("GET /combined-search/{token}", OLD),
        ("POST /search/combined", V2),
        ("POST /beta/search", ("v1.1",)),
    ),
    *_rows(
        "Assets",
        ("POST /assets", V3),
        ("GET /assets", V3),
        ("GET /assets/{asset_id}", V3),
        ("DELETE /assets/{asset_id}", V3),
        ("PATCH /assets/{asset_id}/user-metadata", V3),
        ("PUT /assets/{asset_id}/user-metadata", V3),
        ("DELETE /assets/{asset_id}/user-metadata", V3),
        ("GET /assets/{asset_id}/indexed-assets", V3),
        ("POST /indexes/{index_id}/indexed-assets", V3),
        ("GET /indexes/{index_id}/indexed-assets", V3),
        ("GET /indexes/{index_id}/indexed-assets/{indexed_asset_id}", V3),
        ("PATCH /indexes/{index_id}/indexed-assets/{indexed_asset_id}", V3),
        ("DELETE /indexes/{index_id}/indexed-assets/{indexed_asset_id}", V3),
        ("POST /assets/multipart-uploads", V3),
        ("GET /assets/multipart-uploads", V3),
        ("GET /assets/multipart-uploads/{upload_id}", V3),
        ("POST /assets/multipart-uploads/{upload_id}", V3),
        ("POST /assets/multipart-uploads/{upload_id}/presigned-urls", V3),
        why="not yet",
    ),
    *_rows(
        "Assets",
        ("GET /assets/{asset_id}/transcription", V3),
        why="speech is recognised as an asset is indexed: ask its indexed asset, with `transcription=true`",
    ),
    *_rows("Assets", ("GET /assets/{asset_id}/entities", V3), why=ENTITIES),
    *_rows(
        "Embeddings",
        ("POST /embed", V2_3),
        ("POST /embed/tasks", V2_3),
        ("GET /embed/tasks", V2_3),
        ("GET /embed/tasks/{embed_task_id}", V2_3),
        ("GET /embed/tasks/{embed_task_id}/status", V2_3),
        ("POST /embed-v2", V3),
        ("POST /embed-v2/tasks", V3),
        ("GET /embed-v2/tasks", V3),
        ("GET /embed-v2/tasks/{embed_task_id}", V3),
        why="not yet",
    ),
    *_rows(
        "Classification",
        ("POST /classify", OLD),
        ("POST /classify/bulk", OLD),
        ("GET /classify/{token}", OLD),
    ),
    *_rows(
        "Generated text",
        ("POST /gist", V2_3),
        ("POST /summarize", V2_3),
        ("POST /generate", V2_3),
        ("POST /analyze", V3),
        ("POST /analyze/tasks", V3),
        ("GET /analyze/tasks", V3),
        ("GET /analyze/tasks/{analyze_task_id}", V3),
        ("DELETE /analyze/tasks/{analyze_task_id}", V3),
        ("POST /analyze/tasks/{analyze_task_id}/cancel", V3),
        ("POST /analyze/batches", V3),
        ("GET /analyze/batches", V3),
        ("GET /analyze/batches/{batch_id}", V3),
        ("DELETE /analyze/batches/{batch_id}", V3),
        ("GET /analyze/batches/{batch_id}/results", V3),
        ("POST /analyze/batches/{batch_id}/cancel", V3),
        why=GENERATIVE,
    ),
    *_rows(
        "Others",
        ("POST /entity-collections", V3),
        ("GET /entity-collections", V3),
        ("GET /entity-collections/{collection_id}", V3),
        ("POST /entity-collections/{collection_id}/entities", V3),
        why=ENTITIES,
    ),
    *_rows(
        "Others",
        ("POST /knowledge-stores", V3),
        ("GET /knowledge-stores", V3),
        ("POST /responses", V3),
        why=AGENTS,
    ),
    *_rows(
        "Others",
        ("POST /connections:authorize", V3),
        ("GET /connections", V3),
        ("POST /connections/{connection_id}/imports", V3),
        why=CLOUD,
    ),
)

HEAD = """\
# Compatibility

What of the Twelve Labs platform's API is served, in which version. `scripts/compatibility.py` writes this
page from the routes; a test keeps it true. The details of each endpoint stand at `/docs` of your server.

*served*: as the platform documents it. *partly*: as the note says. *refused*: answered with the status 400
and the code `index_not_supported_for_generate`. *not served*: answered with the status 404 and the code
`endpoint_not_exists`. A dash: the platform has no such endpoint in that version.
"""


def page() -> str:
    """Return the page as it should be."""
    served = endpoints_of(ROUTERS)
    parts = [HEAD, *_families(served), *_own(served)]
    return "\n".join(parts)


def _families(served: tuple[Endpoint, ...]) -> Iterator[str]:
    header = f"| endpoint | {' | '.join(ALL)} | note |\n|---|{'---|' * len(ALL)}---|"
    for family, rows in groupby(PLATFORM, key=lambda row: row.family):
        lines = [_line(row, served) for row in rows]
        yield f"## {family}\n\n{header}\n" + "\n".join(lines) + "\n"


def _line(row: Row, served: tuple[Endpoint, ...]) -> str:
    here = _versions_served(row.method, row.path, served)
    is_served = any(version in here for version in row.versions)
    state = "partly" if row.lacks else "served"
    absent = "refused" if (row.method, row.path) in REFUSED_PATHS else "not served"
    cells = [(state if version in here else absent) if version in row.versions else "-" for version in ALL]
    note = row.lacks if is_served else row.why
    return f"| `{row.method} {row.path}` | {' | '.join(cells)} | {note} |"


def _own(served: tuple[Endpoint, ...]) -> Iterator[str]:
    known = {(row.method, _shape(row.path)) for row in PLATFORM}
    lines = [
        f"| `{each.method} {each.path}` | {', '.join(each.generations)} | {_summary(each)} |"
        for each in served
        if (each.method, _shape(each.path)) not in known
    ]
    yield "## Our own\n\n| endpoint | versions | what for |\n|---|---|---|\n" + "\n".join(lines) + "\n"


def _versions_served(method: str, path: str, served: tuple[Endpoint, ...]) -> set[str]:
    return {
        version
        for each in served
        if (each.method, _shape(each.path)) == (method, _shape(path))
        for version in each.generations
    }


def _shape(path: str) -> str:
    """Return a path without the names of its parameters."""
    return re.sub(r"\{\w+\}", "{}", path)


def _summary(endpoint: Endpoint) -> str:
    return " ".join((endpoint.route.description or "").partition("\n\n")[0].replace("``", "`").split())


def main() -> None:
    """Write the page."""
    PAGE.write_text(page())
    print(PAGE)


if __name__ == "__main__":
    main()
