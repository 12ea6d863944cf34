"""What routes ask for besides the request itself."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from kinodex.http.metrics import HttpFigures
from kinodex.http.signing import Signer
from kinodex.http.versions import GenerationDep
from kinodex.http.wire.versions import View, view_of
from kinodex.usecases import UseCases


async def _usecases(request: Request) -> UseCases:
    usecases: UseCases = request.app.state.usecases
    return usecases


async def _signer(request: Request) -> Signer:
    signer: Signer = request.app.state.signer
    return signer


async def _http_figures(request: Request) -> HttpFigures:
    figures: HttpFigures = request.app.state.http_figures
    return figures


async def _view(generation: GenerationDep) -> View:
    return view_of(generation)


UseCasesDep = Annotated[UseCases, Depends(_usecases)]
SignerDep = Annotated[Signer, Depends(_signer)]
HttpFiguresDep = Annotated[HttpFigures, Depends(_http_figures)]
ViewDep = Annotated[View, Depends(_view)]
"""How things look in the API version of the request."""
