"""Where the bytes of videos, assets, uploads and embeddings lie in the blob store."""

from kinodex.domain.ids import AssetId, EmbedTaskId, UploadId, VideoId

VIDEOS = "videos/"
ASSETS = "assets/"
UPLOADS = "uploads/"
EMBEDDINGS = "embeddings/"
PINGS = "ping/"
"""Blobs of no account, written and removed to see whether the store can be written."""

PREFIXES = (VIDEOS, ASSETS, UPLOADS, EMBEDDINGS, PINGS)
"""All bytes the product writes lie below one of these; ``kinodex fsck`` looks below each."""


def video_prefix(video_id: VideoId) -> str:
    """Everything of one video lies below this."""
    return f"{VIDEOS}{video_id}/"


def source_key(video_id: VideoId) -> str:
    """The file as it came."""
    return f"{video_prefix(video_id)}source"


def frames_key(video_id: VideoId) -> str:
    """The sampled pictures, JPEG after JPEG."""
    return f"{video_prefix(video_id)}frames.pack"


def artifact_key(video_id: VideoId, name: str) -> str:
    """The result of a step, as JSON: ``decoded``, ``segments``, ``utterances``, ``screen_text``."""
    return f"{video_prefix(video_id)}{name}.json"


def stream_key(video_id: VideoId) -> str:
    """The streams of the video as players read them: one fragmented MP4."""
    return f"{video_prefix(video_id)}stream.mp4"


def playlist_key(video_id: VideoId) -> str:
    """The HLS playlist that points into the stream."""
    return f"{video_prefix(video_id)}playlist.m3u8"


def storyboard_key(video_id: VideoId) -> str:
    """Small pictures of the video on one sheet; ``storyboard.json`` says what is where."""
    return f"{video_prefix(video_id)}storyboard.jpg"


def transcript_key(video_id: VideoId) -> str:
    """The transcript the user sent along, SRT or WebVTT."""
    return f"{video_prefix(video_id)}transcript"


def asset_prefix(asset_id: AssetId) -> str:
    """Everything of one asset lies below this."""
    return f"{ASSETS}{asset_id}/"


def asset_key(asset_id: AssetId) -> str:
    """The file as it came."""
    return f"{asset_prefix(asset_id)}source"


def asset_stream_key(asset_id: AssetId) -> str:
    """The streams of an asset as players read them: one fragmented MP4."""
    return f"{asset_prefix(asset_id)}stream.mp4"


def asset_playlist_key(asset_id: AssetId) -> str:
    """The HLS playlist that points into the stream of an asset."""
    return f"{asset_prefix(asset_id)}playlist.m3u8"


def asset_thumbnail_key(asset_id: AssetId) -> str:
    """A picture that stands for an asset, JPEG."""
    return f"{asset_prefix(asset_id)}thumbnail.jpg"


def upload_prefix(upload_id: UploadId) -> str:
    """All parts of an upload lie below this, until they are put together."""
    return f"{UPLOADS}{upload_id}/"


def part_key(upload_id: UploadId, number: int, etag: str) -> str:
    """A part that came through this server: its name holds its tag, so two of one number do not mix."""
    return f"{upload_prefix(upload_id)}{number}/{etag}"


def sent_part_key(upload_id: UploadId, number: int) -> str:
    """A part that a client sends straight to the store."""
    return f"{upload_prefix(upload_id)}{number}/sent"


def embedding_prefix(task_id: EmbedTaskId) -> str:
    """Everything of one embedding task lies below this."""
    return f"{EMBEDDINGS}{task_id}/"


def embedding_source_prefix(task_id: EmbedTaskId) -> str:
    """The file an embedding task works on lies below this until it is done."""
    return f"{embedding_prefix(task_id)}source/"


def embedding_source_key(task_id: EmbedTaskId) -> str:
    """The file as it came."""
    return f"{embedding_source_prefix(task_id)}file"


def embedded_key(task_id: EmbedTaskId) -> str:
    """The vectors of an embedding task."""
    return f"{embedding_prefix(task_id)}vectors.msgpack"


def owner_prefix(key: str) -> str:
    """
    Return below what everything lies that comes and goes with a blob.

    That is its video, asset, upload or embedding task; the file of the latter goes before its vectors.
    """
    root, name, *rest = key.split("/")
    prefix = f"{root}/{name}/"
    is_file = f"{root}/" == EMBEDDINGS and rest[:1] == ["source"]
    return f"{prefix}source/" if is_file else prefix
