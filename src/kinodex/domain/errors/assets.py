"""What was uploaded to be kept cannot be used, or cannot be removed."""

from kinodex.domain.errors.requests import Refused
from kinodex.domain.errors.root import KinodexError
from kinodex.domain.errors.videos import NotAVideo, VideoRejected


class NotMedia(NotAVideo):
    """Judged by its bytes: neither a video, nor a sound, nor a picture."""

    def __init__(self, found: str) -> None:
        KinodexError.__init__(
            self, f"The file is neither a video, nor a sound, nor a picture: it is {found}."
        )
        self.found = found


class AssetKindWrong(VideoRejected):
    """The bytes are of another kind than was declared or is needed."""

    code = "asset_type_invalid"

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(f"Wanted is a file of the type {wanted}; this one is of the type {found}.")


class SoundBroken(VideoRejected):
    """A sound file by its bytes, and it cannot be decoded."""

    code = "audio_file_broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The sound cannot be decoded: {reason}.")


class PictureBroken(VideoRejected):
    """A picture file by its bytes, and it cannot be decoded."""

    code = "image_file_broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The picture cannot be read: {reason}.")


class AssetInUse(Refused):
    """Videos of an index were made from the asset."""

    code = "resource_in_use"

    def __init__(self, asset_id: str, uses: int) -> None:
        super().__init__(
            f"The asset {asset_id} is used by {uses} indexed asset(s); delete them first, or say force=true."
        )


class UploadClosed(Refused):
    """The upload takes no more bytes: it is complete, was given up, or has expired."""

    code = "upload_closed"

    def __init__(self, upload_id: str, status: str) -> None:
        super().__init__(f"The upload {upload_id} takes nothing more: it is {status}.")


class UploadUnfinished(VideoRejected):
    """The parts of an upload did not all come in time."""

    code = "upload_unfinished"

    def __init__(self, received: int, total: int, life_h: float) -> None:
        super().__init__(f"{received} of {total} chunks were reported within {life_h:g} h.")
