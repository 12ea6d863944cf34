"""Every official client, old and new, in an environment of its own, with another address and nothing else."""

import json
import os
import subprocess
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from client_environments import javascript_environment, python_environment
from live import KEY, LiveServer
from PIL import Image

pytestmark = pytest.mark.slow

DRIVERS = Path(__file__).parent / "drivers"
LONGEST_S = 180


@dataclass(frozen=True)
class Client:
    """
    A client that is driven.

    ``address`` is what it is told in the environment, after the server's own; ``steps`` how many it must
    at least have made, so that a driver that ends early is no success.
    """

    language: str
    version: str
    driver: str
    steps: int
    generation: str = "v1.3"
    address: str | None = ""


CLIENTS = (
    Client("python", "0.1.25", "python_0_1_to_0_3.py", 57, "v1.1"),
    Client("python", "0.1.25", "python_0_1_to_0_3.py", 60, "v1.2"),
    Client("python", "0.2.10", "python_0_1_to_0_3.py", 62, "v1.1"),
    Client("python", "0.2.10", "python_0_1_to_0_3.py", 65, "v1.2"),
    Client("python", "0.3.2", "python_0_1_to_0_3.py", 62, "v1.1"),
    Client("python", "0.3.2", "python_0_1_to_0_3.py", 69, "v1.2"),
    Client("python", "0.4.11", "python_0_4.py", 46),
    Client("python", "1.3.6", "python_1.py", 55, address=None),
    Client("javascript", "0.4.9", "javascript_0_4.mjs", 39),
    Client("javascript", "1.3.4", "javascript_1.mjs", 51, address="/v1.3"),
)


@pytest.fixture(scope="module")
def surroundings(server: LiveServer, origin, clip_url: str, mailbox, tmp_path_factory) -> Mapping[str, str]:
    """What drivers are told: the server, a clip and a red picture as URL and file, sound, a mailbox."""
    folder = tmp_path_factory.mktemp("driven")
    clip, picture = folder / "clip.mp4", folder / "picture.png"
    clip.write_bytes(origin.files["/best-racing-moments.mp4"])
    content = BytesIO()
    Image.new("RGB", (160, 160), (200, 30, 30)).save(content, "PNG")
    picture.write_bytes(content.getvalue())
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(64_000))
    webhook = server.post("/v1.3/webhooks", json={"url": mailbox.receiver.on("/told", mailbox.keep)})
    return {
        "SOUND": str(folder / "sound.wav"),
        "WEBHOOKS": str(mailbox.file),
        "WEBHOOK_SECRET": webhook["secret"],
        "SERVER": server.url,
        "API_KEY": KEY,
        "CLIP": str(clip),
        "CLIP_URL": clip_url,
        "PICTURE": str(picture),
        "PICTURE_URL": origin.add("picture.png", content.getvalue()),
    }


@pytest.mark.parametrize(
    "client", CLIENTS, ids=lambda each: f"{each.language} {each.version} {each.generation}"
)
def test_a_client_does_all_its_work(
    client: Client, surroundings: Mapping[str, str], record_property: Callable[[str, object], None]
) -> None:
    driver = str(DRIVERS / client.driver)
    if client.language == "python":
        command = [str(python_environment(client.version)), driver, client.version]
    else:
        command = ["node", driver, client.version, str(javascript_environment(client.version))]

    ran = subprocess.run(
        command,
        env=_environment(client, surroundings),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )

    steps = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    failed = [step for step in steps if not step["passed"]]
    assert (failed, ran.returncode) == ([], 0), f"{steps[-3:]}\n{ran.stderr[-3000:]}"
    assert len(steps) >= client.steps, [step["step"] for step in steps]
    record_property("steps", len(steps))


def _environment(client: Client, surroundings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    told = {**kept, **surroundings, "GENERATION": client.generation, "PYTHONDONTWRITEBYTECODE": "1"}
    if client.address is not None:
        told["TWELVELABS_BASE_URL"] = f"{surroundings['SERVER']}{client.address}"
    return told
