"""What a room asks of the server beyond its run: a request, and its answer; one room, one file."""

from gradiente.lab.rooms import broken, digits, download, optimizers, steps, tensors, train
from gradiente.lab.rooms.request import Request as Request

REQUESTS: dict[str, type[Request]] = {
    **steps.REQUESTS,
    **broken.REQUESTS,
    **optimizers.REQUESTS,
    **digits.REQUESTS,
    **tensors.REQUESTS,
    **download.REQUESTS,
    **train.REQUESTS,
}
