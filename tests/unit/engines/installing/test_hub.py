"""Models are brought from a hub at one commit, every large file checked; here the hub is a real server."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from checkpoints import TINY_CLIP
from huggingface_hub import HfApi

from kinodex.domain.errors import ModelNotBrought, ModelUnknown
from kinodex.engines.installing import catalogue
from kinodex.engines.installing.catalogue import Entry
from kinodex.engines.installing.folder import InstalledModels
from kinodex.engines.installing.hub import bring_from_hub

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TINY = Entry(
    name="tiny",
    role="visual",
    repository="makers/tiny",
    patterns=("*.json", "onnx/*.onnx"),
    precision="fp32",
    licence="Apache-2.0",
    languages=("en",),
    size_mb=1,
    side_px=64,
    dimensions=48,
    use="Tests.",
)


class Hub:
    """A repository on a hub: its files, what it says of them, what was asked for."""

    def __init__(self):
        names = [path for path in TINY_CLIP.rglob("*") if path.suffix in {".json", ".onnx"}]
        self.files = {path.relative_to(TINY_CLIP).as_posix(): path.read_bytes() for path in names}
        self.digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        self.files["README.md"] = self.files["weights.bin"] = b"not wanted"
        self.asked = []

    def info(self):
        siblings = []
        for name, content in self.files.items():
            file = {"rfilename": name, "size": len(content), "blobId": "0" * 40}
            if name.endswith(".onnx"):
                file["lfs"] = {"sha256": self.digests[name], "size": len(content), "pointerSize": 130}
            siblings.append(file)
        return {"id": "makers/tiny", "sha": COMMIT, "siblings": siblings, "private": False, "tags": [],
                "downloads": 0, "likes": 0}  # fmt: skip


@contextmanager
def serving(hub):
    class Requests(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.answer(with_body=False)

        def do_GET(self):
            self.answer(with_body=True)

        def answer(self, *, with_body):
            path = self.path.partition("?")[0]
            hub.asked.append((self.command, path.rpartition("/")[2]))
            prefix = f"/makers/tiny/resolve/{COMMIT}/"
            if path.startswith("/api/models/makers/tiny"):
                content, etag = json.dumps(hub.info()).encode(), '"info"'
            elif path.startswith(prefix) and path.removeprefix(prefix) in hub.files:
                content = hub.files[path.removeprefix(prefix)]
                etag = f'"{hashlib.sha256(content).hexdigest()}"'
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", etag)
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if with_body:
                self.wfile.write(content)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield HfApi(endpoint=f"http://127.0.0.1:{server.server_port}", token=False)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hub():
    return Hub()


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    return InstalledModels(tmp_path / "models", threads=1)


def pull(models, hub, told=lambda *_: None, model=TINY):
    with serving(hub) as api:
        return models.install("tiny", "fp32", bring_from_hub(model, told=told, api=api))


def test_a_model_is_brought_and_says_which_commit_it_is(models, hub):
    told = []
    installed = pull(models, hub, told=lambda name, size_bytes: told.append((name, size_bytes)))
    assert installed.source == f"hub:makers/tiny@{COMMIT}"
    models.encoder("tiny").warm_up()
    assert dict(told) == {name: len(content) for name, content in hub.files.items() if name in hub.digests}


def test_only_graphs_and_tables_are_asked_for(models, hub):
    pull(models, hub)
    assert not {name for _, name in hub.asked} & {"README.md", "weights.bin"}


def test_a_file_with_another_digest_is_refused_and_not_kept(models, hub):
    hub.files["onnx/text_model.onnx"] += b"!"
    with pytest.raises(ModelNotBrought, match=r"onnx/text_model\.onnx has the SHA-256 \w{64}, and \w{64} is"):
        pull(models, hub)
    assert models.all() == ()
    assert not list(models.folder.rglob("text_model.onnx"))


def test_after_a_broken_download_only_the_rest_is_asked_for(models, hub):
    whole = hub.files["onnx/text_model.onnx"]
    hub.files["onnx/text_model.onnx"] += b"!"
    with pytest.raises(ModelNotBrought):
        pull(models, hub)
    hub.files["onnx/text_model.onnx"] = whole
    hub.asked.clear()
    pull(models, hub)
    assert ("GET", "text_model.onnx") in hub.asked
    assert ("GET", "config.json") not in hub.asked


def test_a_repository_without_the_files_is_refused(models, hub):
    hub.files = {"README.md": b"moved"}
    with pytest.raises(ModelNotBrought, match=r"makers/tiny holds none of \*\.json, onnx/\*\.onnx"):
        pull(models, hub)


def test_a_hub_that_does_not_know_the_repository_is_said(models, hub):
    elsewhere = Entry(
        **{name: getattr(TINY, name) for name in TINY.__struct_fields__} | {"repository": "a/b"}
    )
    with pytest.raises(ModelNotBrought, match=r"The model tiny could not be brought: .*404"):
        pull(models, hub, model=elsewhere)


def test_a_hub_out_of_reach_is_said(models):
    api = HfApi(endpoint="http://127.0.0.1:9", token=False)
    with pytest.raises(ModelNotBrought, match="The model tiny could not be brought"):
        models.install("tiny", "fp32", bring_from_hub(TINY, told=lambda *_: None, api=api))


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(ModelUnknown, match=r"no model called 'clip-vit-b33'; there are clip-vit-b32, "):
        catalogue.entry("clip-vit-b33")


@pytest.mark.parametrize("model", catalogue.entries(), ids=lambda model: model.name)
def test_what_is_listed_can_be_loaded_from_what_is_taken(model):
    assert {"config.json", "preprocessor_config.json", "tokenizer.json"} <= set(model.patterns)
    assert model.licence in {"MIT", "Apache-2.0", "BSD-3-Clause", "CC-BY-4.0"}
    assert sum("vision_model" in pattern for pattern in model.patterns) == 1
    assert sum("text_model" in pattern for pattern in model.patterns) == 1
