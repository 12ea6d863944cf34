"""The API as the command sees it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import typer

from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import settings_with
from kinodex.settings import FIRST_KEY_FILE, Settings

CONNECT_S = 5.0
ANSWER_S = 600.0


class Client:
    """
    A connection to a running server; answers are parsed JSON.

    Raises:
        CommandFailed: From every call: no server answers, or it refuses.
    """

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self._http = httpx2.Client(
            base_url=base_url,
            headers={"x-api-key": key},
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something."""
        return self._send("GET", path, params={k: v for k, v in query.items() if v is not None})

    def get_file(self, path: str) -> bytes:
        """Ask for a file."""
        return self._answer("GET", path).content

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Send JSON."""
        return self._send("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change something."""
        return self._send("PATCH", path, json=body)

    def post_form(
        self,
        path: str,
        fields: dict[str, Any],
        *,
        files: Sequence[tuple[str, Path]] = (),
        idempotency_key: str | None = None,
    ) -> Any:
        """
        Send a form; with files, each under its name, as multipart, streamed from the disk.

        With a key, sending the same again gives the same answer (``docs/api/idempotency.md``).
        """
        headers = {} if idempotency_key is None else {"idempotency-key": idempotency_key}
        with ExitStack() as opened:
            parts = [(name, (source.name, opened.enter_context(source.open("rb")))) for name, source in files]
            more = {"files": parts} if parts else {}
            return self._send("POST", path, data=fields, headers=headers, **more)

    def delete(self, path: str) -> None:
        """Remove something."""
        self._send("DELETE", path)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield the items of a list, page after page."""
        page = 1
        while True:
            answer = self.get(path, page=page, page_limit=50, **query)
            yield from answer["data"]
            if page >= answer["page_info"]["total_page"]:
                return
            page += 1

    @contextmanager
    def stream(
        self, path: str, headers: Mapping[str, str], *, silence_s: float, **query: str
    ) -> Iterator[httpx2.Response]:
        """
        Open an answer that goes on, whatever its status.

        Raises:
            httpx2.HTTPError: No server answers, or it is silent for so long.
        """
        timeout = httpx2.Timeout(silence_s, connect=CONNECT_S)
        with self._http.stream("GET", path, params=query, headers=dict(headers), timeout=timeout) as answer:
            yield answer

    def unreachable(self, error: httpx2.HTTPError) -> CommandFailed:
        """Return how a command ends when no server answers."""
        message = f"No Kinodex server answers at {self.base_url} ({type(error).__name__}). "
        return CommandFailed(Status.UNREACHABLE, message + "Start one with: kinodex serve")

    def _send(self, method: str, path: str, **options: Any) -> Any:
        answer = self._answer(method, path, **options)
        return answer.json() if answer.content else None

    def _answer(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx2.HTTPError as error:
            raise self.unreachable(error) from error
        if answer.is_success:
            return answer
        raise CommandFailed(Status.REFUSED, reason_of(answer))


def connect(context: typer.Context, *, host: str | None, port: int | None, data_dir: Path | None) -> Client:
    """
    Return a client for the server of the settings and the command line, with the key they lead to.

    Raises:
        CommandFailed: If no key is known.
    """
    settings = settings_with(context, host=host, port=port, data_dir=data_dir)
    return Client(f"http://{settings.host}:{settings.port}", find_key(settings))


def find_key(settings: Settings) -> str:
    """
    Return the configured key, or the one made at first start.

    Raises:
        CommandFailed: If there is neither.
    """
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    path = settings.data_dir / FIRST_KEY_FILE
    try:
        return path.read_text().strip()
    except OSError as error:
        message = f"No API key: set KINODEX_API_KEY, or use the data folder of the server ({path})."
        raise CommandFailed(Status.USAGE, message) from error


def reason_of(answer: httpx2.Response) -> str:
    """Return the code and the sentence of a refusal."""
    try:
        body = answer.json()
        return f"{body['code']}: {body['message']}"
    except (ValueError, KeyError, TypeError):
        return f"The server answered with HTTP status {answer.status_code}."
