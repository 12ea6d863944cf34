"""The JSON of assets, uploads in parts and indexed assets; only version 1.3 has them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from kinodex.domain.assets import (
    Asset,
    AssetKind,
    AssetStatus,
    AssetUse,
    IndexedAsset,
    PartStatus,
    Rendition,
    RenditionStatus,
    Upload,
    UploadPart,
)
from kinodex.domain.streams import FileFacts, PictureStream, SoundStream
from kinodex.http.wire import v1_1
from kinodex.http.wire.values import Json, known, seconds, to_the_second


def asset(shown: Asset) -> Json:
    """Show an asset as an item of a list, or as the answer to its making."""
    return known(
        {
            "_id": shown.id,
            "method": shown.method.value,
            "status": shown.status.value,
            "filename": shown.filename,
            "file_type": shown.file_type,
            "created_at": to_the_second(shown.created_at),
            "user_metadata": None if shown.user_metadata is None else dict(shown.user_metadata),
        }
    )


def asset_detail(shown: Asset, *, manifest_url: str, thumbnail_url: str) -> Json:
    """Show all that is known of an asset; what was wished for and could not be made says why."""
    made = [each for each in (shown.stream, shown.thumbnail) if each is not None]
    notes = [each.flaw for each in made if each.flaw is not None]
    failure = shown.failure
    return known(
        {
            **asset(shown),
            "size": shown.size_bytes,
            "duration": None if shown.duration_s is None else seconds(shown.duration_s),
            "error": None if failure is None else {"code": failure.code, "message": failure.message},
            "hls": _rendition(
                shown, shown.stream, is_wanted=shown.wants_stream, link={"manifest_url": manifest_url}
            ),
            "thumbnail": _rendition(
                shown,
                shown.thumbnail,
                is_wanted=shown.wants_thumbnail,
                link={"representative_url": thumbnail_url},
            ),
            "notes": notes or None,
            "technical_metadata": _technical(shown),
        }
    )


def _rendition(shown: Asset, made: Rendition | None, *, is_wanted: bool, link: Json) -> Json | None:
    """Show where a stream or a thumbnail stands; ``pending`` until the bytes are here."""
    if not is_wanted:
        return None
    if made is not None:
        return {"status": made.status.value, **(link if made.status is RenditionStatus.READY else {})}
    words = {AssetStatus.PROCESSING: "pending", AssetStatus.READY: "processing", AssetStatus.FAILED: "error"}
    return {"status": words[shown.status]}


def use(shown: AssetUse) -> Json:
    """Show what was made from an asset."""
    return {"_id": shown.video_id, "index": {"_id": shown.index_id, "name": shown.index_name}}


def indexed_asset(shown: IndexedAsset, *, models: tuple[str, ...], is_whole: bool) -> Json:
    """Show an indexed asset: like a video, with its status, and as much as is known so far."""
    task, video = shown.task, shown.video
    updated_at = task.updated_at if video is None else max(video.updated_at, task.updated_at)
    metadata = dict(task.user_metadata) if video is None else dict(video.user_metadata)
    facts = (
        {**v1_1.task_facts(task), **known({"size": task.size_bytes})}
        if video is None
        else {**v1_1.video_facts(video), **known({"video_title": video.title})}
    )
    return known(
        {
            "_id": task.video_id,
            "asset_id": task.asset_id,
            "status": task.status.value,
            "created_at": to_the_second(task.created_at),
            "updated_at": to_the_second(updated_at),
            "indexed_at": None if video is None else to_the_second(video.indexed_at),
            "system_metadata": {**facts, "model_names": list(models)},
            "user_metadata": metadata if metadata or is_whole else None,
            **v1_1.outcome(task),
            **({} if video is None else v1_1.video_warnings(video)),
        }
    )


def upload_status(
    shown: Upload, parts: Mapping[int, UploadPart], *, first: int, count: int
) -> tuple[Json, list[Json]]:
    """Show how far an upload is, and ``count`` of its parts from number ``first`` on."""
    by_status = [part.status for part in parts.values()]
    completed, failed = by_status.count(PartStatus.COMPLETED), by_status.count(PartStatus.FAILED)
    numbers = range(first, min(first + count, shown.parts + 1))
    return (
        {
            "upload_id": shown.id,
            "asset_id": shown.asset_id,
            "status": shown.status.value,
            "chunks_completed": completed,
            "chunks_failed": failed,
            "chunks_pending": shown.parts - completed - failed,
            "total_size": shown.total_bytes,
            "uploaded_size": sum(
                part.size_bytes for part in parts.values() if part.status is PartStatus.COMPLETED
            ),
            "created_at": to_the_second(shown.created_at),
            "updated_at": to_the_second(shown.updated_at),
            "expires_at": to_the_second(shown.expires_at),
        },
        [_part(number, parts.get(number)) for number in numbers],
    )


def upload_summary(shown: Upload) -> Json:
    """Show an upload as an item of a list."""
    return {
        "upload_id": shown.id,
        "asset_id": shown.asset_id,
        "status": shown.status.value,
        "total_size": shown.total_bytes,
        "chunk_size": shown.part_bytes,
        "total_chunks": shown.parts,
        "created_at": to_the_second(shown.created_at),
        "expires_at": to_the_second(shown.expires_at),
    }


def _part(number: int, part: UploadPart | None) -> Json:
    if part is None:
        return {"index": number, "status": PartStatus.PENDING.value}
    return known(
        {
            "index": number,
            "status": part.status.value,
            "uploaded_at": None if part.uploaded_at is None else to_the_second(part.uploaded_at),
            "updated_at": to_the_second(part.updated_at),
            "error": part.error,
        }
    )


def _technical(shown: Asset) -> Json | None:
    if shown.technical is None:
        return None
    file = shown.technical.file
    fields: Json = {
        "file_size_bytes": shown.size_bytes,
        "file_mime_type": shown.file_type,
        "file_container_format": file.container,
        "container_creation_time": _time(file.created),
        "start_timecode": file.timecode,
        "timecode_source": "container" if file.timecode else None,
    }
    if shown.kind is AssetKind.IMAGE:
        picture = file.pictures[0]
        size = {"image_width": picture.width_px, "image_height": picture.height_px}
        return known({**fields, **size, "image_format": picture.codec})
    return known({**fields, **_video(shown, file), **_audio(file)})


def _video(shown: Asset, file: FileFacts) -> Json:
    measured = None if shown.technical is None else shown.technical.video
    if measured is None:
        return {"video_streams": []}
    rotation = measured.rotation_deg
    return {
        "video_streams": [_picture_stream(stream, rotation=rotation) for stream in file.pictures],
        "total_video_streams": len(file.pictures),
        "video_codec": measured.video_codec,
        "video_width": measured.width_px,
        "video_height": measured.height_px,
        "video_fps": round(measured.fps, 3),
        "video_duration_seconds": seconds(measured.duration_s),
        "video_bitrate_bps": file.pictures[0].bitrate_bps or file.bitrate_bps,
    }


def _audio(file: FileFacts) -> Json:
    first = file.sounds[0] if file.sounds else None
    fields: Json = {
        "has_audio": first is not None,
        "audio_streams": [_sound_stream(stream) for stream in file.sounds],
        "total_audio_streams": len(file.sounds),
    }
    if first is None:
        return fields
    return {
        **fields,
        "audio_codec": first.codec,
        "audio_sample_rate": first.sample_rate_hz,
        "audio_channels": first.channels,
        "audio_duration_seconds": None if first.duration_s is None else seconds(first.duration_s),
    }


def _picture_stream(stream: PictureStream, *, rotation: int) -> Json:
    return known(
        {
            "index": stream.index,
            "codec": stream.codec,
            "width": stream.width_px,
            "height": stream.height_px,
            "fps": stream.fps,
            "avg_fps": stream.average_fps,
            "duration_seconds": None if stream.duration_s is None else seconds(stream.duration_s),
            "bitrate_bps": stream.bitrate_bps,
            "rotation": rotation,
            "pixel_aspect_ratio": stream.pixel_aspect_ratio,
            "display_aspect_ratio": stream.display_aspect_ratio,
            "scan_type": stream.scan_type,
            "pixel_format": stream.pixel_format,
            "bit_depth": stream.bit_depth,
            "color_range": stream.color_range,
            "color_transfer": stream.color_transfer,
            "color_space": stream.color_space,
            "color_primaries": stream.color_primaries,
        }
    )


def _sound_stream(stream: SoundStream) -> Json:
    return known(
        {
            "index": stream.index,
            "codec": stream.codec,
            "codec_long": stream.codec_long,
            "sample_rate": stream.sample_rate_hz,
            "bit_depth": stream.bit_depth,
            "channels": stream.channels,
            "channel_layout": stream.channel_layout,
            "bitrate_bps": stream.bitrate_bps,
            "language": stream.language,
            "duration_seconds": None if stream.duration_s is None else seconds(stream.duration_s),
        }
    )


def _time(text: str | None) -> str | None:
    """Return a time a file states in the form clients parse; ``None`` for one that is no time."""
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return None if at is None else to_the_second(at if at.tzinfo else at.replace(tzinfo=UTC))
