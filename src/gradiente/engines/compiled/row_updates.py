"""The update of parameters, a range of them or all, where the batch is cut by its rows."""

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.operands import Place
from gradiente.engines.compiled.row_products import RowProducts

UPDATED = 32_768  # parameters of a piece of the update


class RowUpdates(RowProducts):
    """What is done once the gradient of the whole batch is there."""

    def update_range(self, *, update: bool) -> list[str]:
        """What is done to a piece of the gradient, and its update.

        Arguments:
            update: whether only the update is left
        """
        lines = [f"lo = piece * {UPDATED}", f"hi = min({self.form.parameters}, lo + {UPDATED})"]
        weights = self._penalized()
        for place, group in self.form.groups:
            whole = [self.source.call(f"update_{group}", "start", "stop - start", "step")]
            if not update:
                whole = self.parameters("start", "stop - start", group, weight=place in weights)
            if whole:
                lines += [
                    f"start, stop = max(lo, {place.start}), min(hi, {place.stop})",
                    *nested("if start < stop:", whole),
                ]
        return lines

    def _penalized(self) -> set[Place | None]:
        """The parameters that penalties act on."""
        own = {stage.places[name] for stage in self.form.stages for name in stage.weights}
        return {*own, *(stage.weight for stage in self.form.stages)}

    def copies(self, lo: object = "lo", hi: object = "hi") -> list[str]:
        """Copies of a range of θ and the gradient, where they are kept after every step."""
        if not self.form.can_keep:
            return []
        place = f"step * {self.form.parameters} + i"
        copies = [f"thetas[{place}] = theta[i]", f"gradients[{place}] = gradient[i]"]
        return nested("if keep != 0:", nested(f"for i in range({lo}, {hi}):", copies))

    def update_all(self) -> list[str]:
        """The update of all parameters, one after the other."""
        weights = self._penalized()
        lines = []
        for place, group in self.form.groups:
            lines += self.parameters(place.start, place.stop - place.start, group, weight=place in weights)
        if self.form.clip_norm is not None:
            lines += self.norm_lines()
            for place, group in self.form.groups:
                lines.append(
                    self.source.call(f"update_{group}", place.start, place.stop - place.start, "step")
                )
        return lines + self.copies(0, self.form.parameters)
