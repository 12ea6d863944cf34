"""``/indexes/{id}/videos/{id}/transcript.srt`` and its like: what is said or written, as files."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from kinodex.domain import errors
from kinodex.domain.options import Modality
from kinodex.http.auth import READ
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.downloads import as_file, renamed
from kinodex.http.parameters import index_id_of, video_id_of
from kinodex.http.spec import transcripts as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.versions import only_in
from kinodex.http.wire.transcripts import SCREEN_TEXTS, TRANSCRIPTS, FileForm
from kinodex.usecases import UseCases

router = APIRouter(prefix="/indexes/{index_id}/videos/{video_id}", tags=["videos"])
_NEW = only_in("v1.3")


@router.get(
    "/transcript.{transcript_form}", dependencies=[READ, _NEW], openapi_extra=documented(spec.TRANSCRIPT)
)
async def get_transcript(
    index_id: str, video_id: str, transcript_form: str, usecases: UseCasesDep
) -> Response:
    """Return what is said as a file: SubRip, WebVTT, CSV, plain text or JSON."""
    form = _form(transcript_form, TRANSCRIPTS)
    return await _file(
        usecases, index_id, video_id, modality=Modality.SPEECH, form=form, ending=f".{transcript_form}"
    )


@router.get(
    "/screen-text.{screen_text_form}", dependencies=[READ, _NEW], openapi_extra=documented(spec.SCREEN_TEXT)
)
async def get_screen_text(
    index_id: str, video_id: str, screen_text_form: str, usecases: UseCasesDep
) -> Response:
    """Return what is written in the picture as a file: CSV with places, plain text or JSON."""
    form, ending = _form(screen_text_form, SCREEN_TEXTS), f".screen-text.{screen_text_form}"
    return await _file(usecases, index_id, video_id, modality=Modality.SCREEN_TEXT, form=form, ending=ending)


async def _file(
    usecases: UseCases, index_id: str, video_id: str, *, modality: Modality, form: FileForm, ending: str
) -> Response:
    index, identifier = index_id_of(index_id), video_id_of(video_id)
    video = await call(usecases.videos.get, index, identifier)
    lines = await call(usecases.videos.lines, index, identifier, modality=modality, span=None)
    content = await call(form.write, lines)
    headers = {
        **as_file(renamed(video.filename, ending)),
        "Content-Type": f"{form.media_type}; charset=utf-8",
    }
    return Response(content, headers=headers)


def _form(word: str, forms: Mapping[str, FileForm]) -> FileForm:
    if word not in forms:
        raise errors.ParameterInvalid("format", f"{word[:80]!r} is not one of {', '.join(forms)}")
    return forms[word]
