"""The one way from a route, which must not wait, to a use case, which does."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio.to_thread

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def call(
    function: Callable[Arguments, Result], *args: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """
    Return what a synchronous function returns, run in a thread.

    The function runs to its end even where the client is gone, so what it began is never half done.
    """
    return await anyio.to_thread.run_sync(functools.partial(function, *args, **named))
