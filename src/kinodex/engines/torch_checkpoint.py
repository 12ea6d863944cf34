"""
Read a torch checkpoint without torch, and without running anything that is in it.

The file is the format torch wrote before version 1.6: five pickles (magic number, version, machine,
the tensors as references to storages, the list of storages), then each storage as an element count and
its raw bytes. Pickle can call anything; here it may name four things and nothing else.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from kinodex.domain.arrays import AnyArray

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_ITEM_BYTES = 8  # the element count before a storage


class _Storage(NamedTuple):
    """A reference to a run of numbers that stands further back in the file."""

    dtype: np.dtype[Any]
    key: str
    length: int


class _Tensor(NamedTuple):
    """A view into a storage, sizes and steps in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _rebuild(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_gradients: object
) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


_ALLOWED: dict[tuple[str, str], Callable[..., object] | np.dtype[Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        """Return one of the four things a checkpoint may name."""
        try:
            return _ALLOWED[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not allowed") from None

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the reference to a storage."""
        _, dtype, key, _, count, _ = pid
        return _Storage(dtype, key, count)


def read_checkpoint(path: Path) -> dict[str, AnyArray]:
    """
    Return the tensors of a checkpoint by name.

    Raises:
        ValueError: Not such a file, cut short, or naming something that is not allowed.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, KeyError, IndexError) as error:
        raise ValueError(f"{path.name} is not a checkpoint that can be read: {error}") from error


def _read(file: BinaryIO) -> dict[str, AnyArray]:
    magic, version, _machine = (_Unpickler(file).load() for _ in range(3))
    if (magic, version) != (_MAGIC, _VERSION):
        raise pickle.UnpicklingError("it does not start as one")
    tensors: dict[str, _Tensor] = _Unpickler(file).load()
    keys: list[str] = _Unpickler(file).load()
    dtypes = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    numbers = {key: _read_storage(file, dtypes[key]) for key in keys}
    return {name: _view(tensor, numbers[tensor.storage.key]) for name, tensor in tensors.items()}


def _read_storage(file: BinaryIO, storage: _Storage) -> AnyArray:
    count = int.from_bytes(file.read(_ITEM_BYTES), "little")
    content = file.read(count * storage.dtype.itemsize)
    if count != storage.length or len(content) != count * storage.dtype.itemsize:
        raise pickle.UnpicklingError("a storage is cut short")
    return np.frombuffer(content, storage.dtype)


def _view(tensor: _Tensor, numbers: AnyArray) -> AnyArray:
    last = tensor.offset + sum((n - 1) * step for n, step in zip(tensor.shape, tensor.strides, strict=True))
    if min(tensor.offset, *tensor.strides, 0) < 0 or last >= len(numbers):
        raise pickle.UnpicklingError("a tensor reaches beyond its storage")
    steps = tuple(step * numbers.itemsize for step in tensor.strides)
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, steps).copy()
