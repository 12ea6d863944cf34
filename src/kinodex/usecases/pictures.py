"""Pictures people ask with: sent along, or at a URL."""

from pathlib import Path

from kinodex.domain.arrays import Frame
from kinodex.domain.errors import FetchFailed, ParameterInvalid, UrlRefused, VideoRejected
from kinodex.domain.ids import new_id
from kinodex.media.protocols import ReadPicture
from kinodex.sources.protocols import VideoFetcher

LARGEST_BYTES = 5 * 1024 * 1024


class QueryPictures:
    """Turns what a search was given into pictures."""

    def __init__(self, *, fetcher: VideoFetcher, read_picture: ReadPicture, folder: Path) -> None:
        """
        Prepare.

        Args:
            fetcher: Gets pictures at URLs; under the same rules as videos, and with little patience.
            read_picture: Decodes them.
            folder: For files on their way.
        """
        self._fetcher = fetcher
        self._read_picture = read_picture
        self._folder = folder

    def read(self, contents: tuple[bytes, ...], urls: tuple[str, ...]) -> tuple[Frame, ...]:
        """
        Return the pictures, those sent along first.

        Raises:
            ParameterInvalid: One cannot be had or is no picture; the message says why.
        """
        return tuple(map(self._read_picture, contents)) + tuple(map(self._at, urls))

    def _at(self, url: str) -> Frame:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / new_id()
        try:
            self._fetcher.fetch(
                url, path, limit_bytes=LARGEST_BYTES, progress=lambda _so_far: None, kind="picture"
            )
            return self._read_picture(path.read_bytes())
        except (UrlRefused, FetchFailed, VideoRejected) as error:
            raise ParameterInvalid("query_media_url", error.message.rstrip(".")) from error
        finally:
            for leftover in self._folder.glob(f"{path.name}*"):
                leftover.unlink(missing_ok=True)
