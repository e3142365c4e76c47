"""The works: what they say they are, and that all peers can do them."""

import tomllib

import pytest
import torch

from gradiente.benchmarking.peer import PEERS
from gradiente.benchmarking.peers import ours, pytorch
from gradiente.benchmarking.works import WORKS
from gradiente.layers import REGISTRY as LAYERS
from gradiente.notation import parse

from .conftest import ROOT

JOBS = {f"{work.name}-{k}": job for work in WORKS.values() for k, job in enumerate({work.job}) if job.layers}


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_its_network_is_the_same_in_pytorch(job):
    own, module = ours.network(job), pytorch.module(job)
    assert {name: tuple(p.shape) for name, p in module.named_parameters()} == {
        name: value.shape for name, value in own.parameters.items()
    }
    if job.initial is not None:
        for name, p in module.named_parameters():
            torch.testing.assert_close(torch.from_numpy(own.parameters[name]), p.detach())


def test_the_convolutional_network_is_that_of_the_example():
    example = tomllib.loads((ROOT / "examples" / "mnist_cnn.toml").read_text(encoding="utf-8"))
    layers = [LAYERS[name](*arguments) for name, *arguments in WORKS["mnist-cnn"].job.layers]
    assert layers == [parse(layer, LAYERS) for layer in example["network"]["layers"]]
    assert WORKS["mnist-cnn"].job.batch_size == example["descent"]["batch_size"]


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_who_takes_part_is_known_and_so_is_whom_a_target_names(work):
    names = [entry.name for entry in work.entries]
    assert len(set(names)) == len(names)
    assert all(entry.peer in PEERS for entry in work.entries)
    for target in work.targets:
        assert target.ours in names
        assert set(target.against) <= set(names)
        assert target.against or target.published


def test_the_growth_works_span_two_decades():
    for name in ("growth-samples", "growth-parameters"):
        sizes = [entry.size or 0 for entry in WORKS[name].entries]
        assert max(sizes) >= 90 * min(sizes)
    for entry in WORKS["growth-parameters"].entries:
        job = WORKS["growth-parameters"].job_of(entry, threads=1, folder="", mnist="")
        assert sum(p.size for p in ours.network(job).parameters.values()) == entry.size
