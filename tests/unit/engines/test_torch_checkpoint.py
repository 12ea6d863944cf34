import pickle
import sys
import types
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from kinodex.engines.torch_checkpoint import read_checkpoint

HEAD = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})


class Storage:
    """Stands where torch would put a storage; written as a reference."""

    def __init__(self, kind: type, key: str, numbers: np.ndarray) -> None:
        self.reference = ("storage", kind, key, "cpu", numbers.size, None)
        self.numbers = numbers


class Rebuilt:
    """Stands where torch would put a tensor; written as a call."""

    def __init__(self, call: object, storage: Storage, layout: tuple[int, tuple, tuple]) -> None:
        self.reduced = (call, (storage, *layout, False, OrderedDict()))

    def __reduce__(self) -> tuple:
        return self.reduced


class Writer(pickle._Pickler):
    """Writes storages as references, as torch does."""

    def persistent_id(self, obj: object) -> tuple | None:
        return obj.reference if isinstance(obj, Storage) else None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Stand-ins for what a checkpoint names, importable under torch's names while it is written."""
    module, internals = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kinds = {}
    for name in ("FloatStorage", "LongStorage", "HalfStorage"):
        kinds[name] = type(name, (), {"__module__": "torch", "__qualname__": name})
        setattr(module, name, kinds[name])

    def rebuild() -> None:
        """Never called."""

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    rebuild.__name__ = "_rebuild_tensor_v2"
    internals._rebuild_tensor_v2 = rebuild  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", module)
    monkeypatch.setitem(sys.modules, "torch._utils", internals)
    return types.SimpleNamespace(rebuild=rebuild, **kinds)


def write(path: Path, tensors: dict, storages: list[Storage], *, cut: int = 0) -> Path:
    content = b"".join(pickle.dumps(part, protocol=2) for part in HEAD)
    with path.open("wb") as file:
        file.write(content)
        Writer(file, protocol=2).dump(OrderedDict(tensors))
        pickle.dump([storage.reference[2] for storage in storages], file, protocol=2)
        for storage in storages:
            file.write(storage.numbers.size.to_bytes(8, "little") + storage.numbers.tobytes())
        file.truncate(file.tell() - cut)
    return path


def test_tensors_come_back_with_shape_offset_and_transposed_strides(
    torch: types.SimpleNamespace, tmp_path: Path
) -> None:
    numbers = np.arange(8, dtype=np.float32)
    storage = Storage(torch.FloatStorage, "7", numbers)
    steps = Storage(torch.LongStorage, "9", np.array([41], dtype=np.int64))
    tensors = {
        "plain": Rebuilt(torch.rebuild, storage, (0, (2, 4), (4, 1))),
        "turned": Rebuilt(torch.rebuild, storage, (2, (3, 2), (1, 3))),
        "steps": Rebuilt(torch.rebuild, steps, (0, (), ())),
    }

    read = read_checkpoint(write(tmp_path / "c.pth", tensors, [storage, steps]))

    assert read["plain"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert read["turned"].tolist() == [[2, 5], [3, 6], [4, 7]]
    assert read["steps"].tolist() == 41


@pytest.mark.parametrize("layout", [(1, (4,), (1,)), (3, (4,), (-1,)), (-4, (4,), (1,)), (0, (2, 2), (3, 1))])
def test_a_tensor_beyond_its_storage_is_refused(
    layout: tuple[int, tuple, tuple], torch: types.SimpleNamespace, tmp_path: Path
) -> None:
    storage = Storage(torch.FloatStorage, "7", np.zeros(4, dtype=np.float32))
    tensors = {"wide": Rebuilt(torch.rebuild, storage, layout)}

    with pytest.raises(ValueError, match="beyond its storage"):
        read_checkpoint(write(tmp_path / "c.pth", tensors, [storage]))


def test_a_file_cut_short_is_refused(torch: types.SimpleNamespace, tmp_path: Path) -> None:
    storage = Storage(torch.FloatStorage, "7", np.zeros(4, dtype=np.float32))
    tensors = {"all": Rebuilt(torch.rebuild, storage, (0, (4,), (1,)))}

    with pytest.raises(ValueError, match="cut short"):
        read_checkpoint(write(tmp_path / "c.pth", tensors, [storage], cut=1))


def test_a_storage_of_another_kind_is_refused(torch: types.SimpleNamespace, tmp_path: Path) -> None:
    storage = Storage(torch.HalfStorage, "7", np.zeros(4, dtype=np.float16))
    tensors = {"half": Rebuilt(torch.rebuild, storage, (0, (4,), (1,)))}

    with pytest.raises(ValueError, match=r"torch\.HalfStorage is not allowed"):
        read_checkpoint(write(tmp_path / "c.pth", tensors, [storage]))


def test_code_hidden_in_a_checkpoint_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (mark,))

    path = tmp_path / "trap.pth"
    path.write_bytes(pickle.dumps(Trap(), protocol=2))

    with pytest.raises(ValueError, match="is not allowed"):
        read_checkpoint(path)
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"\x80\x02K\x01.", b"PK\x03\x04", b"\x00" * 50])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="not a checkpoint"):
        read_checkpoint(path)
