"""``/``: the page for people, as the server sends it."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST_LOAD_BYTES = 60_000
"""Compressed; of each visit, before anything is played."""


def _parts(page: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]+)"', page)


def test_the_page_needs_no_key_nothing_inline_and_nothing_from_elsewhere(shared_client) -> None:
    page = shared_client.get("/", headers={"x-api-key": ""})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "//" not in page.text
    assert not re.search(r"<style|style=|<script(?![^>]*src=)|\son\w+=", page.text)
    assert len(_parts(page.text)) == 3


def test_parts_are_kept_for_good_and_the_page_itself_is_asked_for_again(shared_client) -> None:
    page = shared_client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = shared_client.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for path in _parts(page.text):
        part = shared_client.get(path, headers={"x-api-key": ""})
        assert part.status_code == 200
        assert "immutable" in part.headers["cache-control"]
        assert part.headers["x-content-type-options"] == "nosniff"


def test_the_first_load_is_small(shared_client) -> None:
    page = shared_client.get("/")
    sizes = [
        int(shared_client.get(path, headers={"accept-encoding": "gzip"}).headers["content-length"])
        for path in ("/", *_parts(page.text))
    ]
    assert 10_000 < sum(sizes) < FIRST_LOAD_BYTES


def test_a_client_that_does_not_unpack_gets_the_plain_bytes(shared_client) -> None:
    script = next(path for path in _parts(shared_client.get("/").text) if path.endswith(".js"))
    with shared_client.stream("GET", script, headers={"accept-encoding": "gzip"}) as packed:
        content = gzip.decompress(b"".join(packed.iter_raw()))
        assert packed.headers["vary"] == "Accept-Encoding"
    plain = shared_client.get(script, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == content


@pytest.mark.parametrize(
    "path",
    ["/v1.3", "/v1.1/", "/page/index.html", "/page/sources.sha256", "/page/..%2Fapp.py", "/page/none.js"],
)
def test_nothing_else_is_the_page(shared_client, path: str) -> None:
    answer = shared_client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "endpoint_not_exists")


def test_the_build_is_made_from_the_sources_that_are_here() -> None:
    """Change ``web/``, then ``npm ci && npm run build`` there."""
    web = ROOT / "web"
    names = [path.relative_to(web).as_posix() for path in (web / "src").rglob("*") if path.is_file()]
    names += ["index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts"]
    digest = hashlib.sha256()
    for name in sorted(names):
        content = (web / name).read_bytes()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    built = (ROOT / "src/kinodex/http/page/sources.sha256").read_text().strip()
    assert built == digest.hexdigest()


def test_the_lock_of_the_page_has_exact_versions_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert len(packages) > 5
    for name, each in packages.items():
        assert "resolved" not in each, name
        assert each["integrity"].startswith("sha512-"), name
    project = json.loads((ROOT / "web/package.json").read_text())
    wanted = {**project["dependencies"], **project["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_the_licences_of_what_is_built_in_go_with_it() -> None:
    said = (ROOT / "src/kinodex/http/page/licenses.md").read_text()
    for name in json.loads((ROOT / "web/package.json").read_text())["dependencies"]:
        assert name in said
    assert not re.search(r"\bA?GPL\b", said)
