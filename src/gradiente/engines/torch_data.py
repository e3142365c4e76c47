"""Storage of the training data on PyTorch's device: all of it if it fits, else one batch at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.engines.data import Batch, HostData
from gradiente.engines.group import Group
from gradiente.mapped import MappedArray, is_mapped

if TYPE_CHECKING:
    import torch

Array = np.ndarray


class DeviceData(HostData):
    """Arrays as tensors of one device and one real type.

    Arguments:
        device: of the tensors
        dtype: of real numbers; whole numbers stay as they are
        group: the processes that split every batch
    """

    def __init__(self, device: "torch.device", dtype: "torch.dtype", group: Group) -> None:
        self.device = device
        self.dtype = dtype
        self.group = group
        self._cached: dict[int, tuple[Array, torch.Tensor]] = {}

    def tensor(self, values: "Array | torch.Tensor") -> "torch.Tensor":
        """An array on the device; on a CPU it is the array's own memory where its type fits."""
        import torch

        if isinstance(values, np.ndarray):
            values = torch.from_numpy(np.require(values, requirements=["C", "W"]))
        dtype = self.dtype if values.is_floating_point() else values.dtype
        return values.to(self.device, dtype, non_blocking=True)

    def cache(self, values: Array) -> "torch.Tensor | None":
        """The whole array on the device, kept there until `clear_cache`; None if it does not fit or is mapped."""
        if id(values) not in self._cached:
            mapped = isinstance(values, MappedArray) or is_mapped(values)
            if mapped or not self.fits(
                values.size * (self.dtype.itemsize if values.dtype.kind == "f" else 8)
            ):
                return None
            self._cached[id(values)] = values, self.tensor(values)
        return self._cached[id(values)][1]

    def cached(self, values: Array) -> "torch.Tensor | None":
        """The cached array on the device; None if it is not cached."""
        return self._cached[id(values)][1] if id(values) in self._cached else None

    def clear_cache(self) -> None:
        """Clear the cache: an array may change between two training runs."""
        self._cached = {}

    def fits(self, size: int) -> bool:
        """Whether so many bytes fit in half of the device's free memory."""
        import torch

        if self.device.type == "cuda":
            return size < torch.cuda.mem_get_info(self.device)[0] // 2
        if self.device.type == "mps":
            return size < (torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()) // 2
        return True

    def batches(
        self,
        x: Array,
        y: Array,
        order: Iterable[Array],
        change: Callable[[Array], Array] | None = None,
        weights: Array | None = None,
    ) -> Iterator[Batch]:
        """This process's part of every batch: every `count`-th row."""
        w = (
            None if weights is None else self.tensor(weights)
        )  # a number an instance: that fits where a batch does
        rank, count = self.group.rank, self.group.world_size
        whole = list(order)
        own = [rows[rank::count] for rows in whole]
        if (
            change is None
            and (cached_x := self.cache(x)) is not None
            and (cached_y := self.cache(y)) is not None
        ):
            for every, rows in zip(whole, own, strict=True):
                index = self.tensor(rows)
                part_x, part_y = cached_x.index_select(0, index), cached_y.index_select(0, index)
                yield Batch(rows, part_x, part_y, every, None if w is None else w.index_select(0, index))
            return
        for every, rows, (part_x, part_y) in zip(whole, own, self._stream(x, y, own, change), strict=True):
            part_w = None if w is None else w.index_select(0, self.tensor(rows))
            yield Batch(rows, self.tensor(part_x), self.tensor(part_y), every, part_w)

    def fetch(self, parts: Sequence[Any]) -> Array:
        import torch

        if not isinstance(parts[0], torch.Tensor):
            return super().fetch(parts)
        return torch.cat([torch.atleast_1d(part) for part in parts]).numpy(force=True)

    def _stream(
        self, x: Array, y: Array, order: list[Array], change: Callable[[Array], Array] | None
    ) -> "torch.utils.data.DataLoader":
        """Batches gathered in the host's memory, and copied to the device while it computes."""
        import torch
        from torch.utils.data import DataLoader

        return DataLoader(
            _Rows(x, y, change),  # pyright: ignore[reportArgumentType]
            batch_sampler=order,  # pyright: ignore[reportArgumentType]
            collate_fn=tuple,
            pin_memory=self.device.type == "cuda",
            generator=torch.Generator(),  # it draws a number at its start, which is not to be of the global one
        )


class _Rows:
    """A data set as DataLoader takes one: whole batches at once, by their row numbers."""

    def __init__(self, x: Array, y: Array, change: Callable[[Array], Array] | None) -> None:
        self.x = x
        self.y = y
        self.change = change

    def __len__(self) -> int:
        return len(self.x)

    def __getitems__(self, rows: Array) -> "tuple[torch.Tensor, torch.Tensor]":
        import torch

        x = self.x[rows]
        if self.change is not None and len(rows):
            x = self.change(x)
        return torch.from_numpy(x), torch.from_numpy(self.y[rows])
