"""Playing videos: their stream, its playlist, and the storyboard to look through them."""

from collections.abc import Iterator

import msgspec

from kinodex.domain import errors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.storyboards import Storyboard
from kinodex.stores.protocols import BlobStore
from kinodex.usecases.blobs import artifact_key, playlist_key, storyboard_key, stream_key
from kinodex.usecases.videos import Videos

PIECE_BYTES = 1024 * 1024


class Playback:
    """What players ask for."""

    def __init__(self, *, videos: Videos, blobs: BlobStore) -> None:
        self._videos = videos
        self._blobs = blobs

    def playlist(self, index_id: IndexId, video_id: VideoId, *, stream_uri: str) -> str:
        """
        Return the HLS playlist of a video, all of whose parts lie in the file at ``stream_uri``.

        Raises:
            NotFound: No such video, or it has no stream.
        """
        return pointing_to(stream_uri, self._bytes(index_id, video_id, playlist_key(video_id), "stream"))

    def stream_bytes(self, index_id: IndexId, video_id: VideoId) -> int:
        """
        Return how long the stream of a video is.

        Raises:
            NotFound: No such video, or it has no stream.
        """
        self._videos.get(index_id, video_id)
        size_bytes = self._blobs.size(stream_key(video_id))
        if size_bytes is None:
            raise errors.NotFound("stream of video", video_id)
        return size_bytes

    def stream(self, video_id: VideoId, start: int, length: int) -> Iterator[bytes]:
        """Yield a part of the stream of a video, in pieces of at most 1 MiB."""
        for offset in range(start, start + length, PIECE_BYTES):
            piece = min(PIECE_BYTES, start + length - offset)
            yield self._blobs.get_range(stream_key(video_id), offset, piece)

    def storyboard(self, index_id: IndexId, video_id: VideoId) -> Storyboard:
        """
        Return what the storyboard of a video shows where.

        Raises:
            NotFound: No such video, or it has no storyboard.
        """
        content = self._bytes(index_id, video_id, artifact_key(video_id, "storyboard"), "storyboard")
        return msgspec.json.decode(content, type=Storyboard)

    def sheet(self, index_id: IndexId, video_id: VideoId) -> bytes:
        """
        Return the pictures of the storyboard, one JPEG.

        Raises:
            NotFound: No such video, or it has no storyboard.
        """
        return self._bytes(index_id, video_id, storyboard_key(video_id), "storyboard")

    def _bytes(self, index_id: IndexId, video_id: VideoId, key: str, what: str) -> bytes:
        self._videos.get(index_id, video_id)
        try:
            return self._blobs.get_bytes(key)
        except FileNotFoundError as error:
            raise errors.NotFound(f"{what} of video", video_id) from error


def pointing_to(uri: str, playlist: bytes) -> str:
    """Return a playlist with the address of the stream in place of the name of its file."""
    return "".join(f"{_line_to(uri, line)}\n" for line in playlist.decode().splitlines())


def _line_to(uri: str, line: str) -> str:
    if line.startswith("#EXT-X-MAP:"):
        _, _, rest = line.partition(",")
        return f'#EXT-X-MAP:URI="{uri}",{rest}'
    return line if line.startswith("#") or not line else uri
