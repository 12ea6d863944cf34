"""Bring a model from the hub it is published on."""

import hashlib
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path

from httpx2 import HTTPError
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from kinodex.domain.errors import ModelNotBrought
from kinodex.engines.installing.catalogue import Entry

_FAILURES = (HTTPError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError, ValueError)


def bring_from_hub(
    model: Entry, *, told: Callable[[str, int], None], api: HfApi | None = None
) -> Callable[[Path], str]:
    """
    Return what brings a model: its graphs and tables at one commit, each checked by the hub's SHA-256.

    ``HF_ENDPOINT``, ``HF_TOKEN`` and ``HF_HUB_OFFLINE`` are honoured. A broken download goes on where it
    stopped when it is asked for again.

    Args:
        model: What to bring.
        told: Told each file and its bytes when it is here.
        api: The hub; as the environment says if not given.
    """
    hub = api or HfApi()

    def bring(incoming: Path) -> str:
        try:
            commit, files = _listed(hub, model)
            for name, (size_bytes, digest) in files.items():
                path = Path(hub.hf_hub_download(model.repository, name, revision=commit, local_dir=incoming))
                _check(model, path, name=name, digest=digest)
                told(name, size_bytes)
        except _FAILURES as error:
            raise ModelNotBrought(model.name, _plain(error)) from error
        return f"hub:{model.repository}@{commit}"

    return bring


def _listed(hub: HfApi, model: Entry) -> tuple[str, Mapping[str, tuple[int, str | None]]]:
    info = hub.model_info(model.repository, revision=model.revision, files_metadata=True)
    files = {
        file.rfilename: (file.size or 0, file.lfs.sha256 if file.lfs else None)
        for file in info.siblings or ()
        if any(fnmatch(file.rfilename, pattern) for pattern in model.patterns)
    }
    if info.sha is None or not files:
        raise ModelNotBrought(model.name, f"{model.repository} holds none of {', '.join(model.patterns)}")
    return info.sha, files


def _check(model: Entry, path: Path, *, name: str, digest: str | None) -> None:
    if digest is None:  # small text files carry no SHA-256 on the hub
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        path.unlink()
        raise ModelNotBrought(model.name, f"{name} has the SHA-256 {found}, and {digest} is expected")


def _plain(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
