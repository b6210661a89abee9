"""Big matrices in slices: the same product for any number of tokens, by threads that cost no more
than the work.
"""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from naive_llama import Variant
from threadpoolctl import threadpool_info

from specrecord.models import thin_products
from specrecord.models.thin_products import Linear, Products
from specrecord.registry import load_pair

BIG = 2**28  # parameters


@pytest.fixture
def matrix() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(1000, 576)).astype(np.float32)


@pytest.mark.parametrize("row_by_row", [True, False])
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 8, 9, 40])
def test_a_product_by_slices_is_the_product(
    matrix: np.ndarray, monkeypatch: pytest.MonkeyPatch, count: int, threads: int, row_by_row: bool
) -> None:
    monkeypatch.setattr(thin_products, "_cores", lambda: threads)
    products = Products(BIG)
    products._row_by_row = row_by_row
    assert products.threads == threads
    random = np.random.default_rng(2)
    x = random.normal(size=(count, 576)).astype(np.float32)
    bias = random.normal(size=1000).astype(np.float32)
    layer = Linear.of(matrix, bias)
    assert layer.weight.shape == (16, 576, 64)
    found, exact = products(x, layer), x.astype(float) @ matrix.T.astype(float) + bias
    assert found.shape == (count, 1000)
    assert np.abs(found - exact).max(initial=0) < 1e-4


def test_a_whole_model_by_slices_is_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    folder = Variant(biases=True, tied=False).folder(tmp_path / "model", seed=3)
    tokens = list(range(40))
    whole = load_pair(None, f"llama:{folder}").target
    monkeypatch.setattr(thin_products, "_BIG", 0)
    sliced = load_pair(None, f"llama:{folder}").target
    for context in (tokens[:30], tokens[:31], tokens[:37]):
        expected = whole.verify(context, tokens[len(context) :]).logits
        found = sliced.verify(context, tokens[len(context) :]).logits
        assert np.abs(found - expected).max() < 2e-5 * np.abs(expected).max()


def test_threads_are_chosen_by_size_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thin_products, "_cores", lambda: 2)
    assert Products(2_000_000).description == "numpy, 1 thread"
    assert Products(135_000_000).description == "numpy, 2 threads"
    assert load_pair(None, "tiny").target.info.details["products"] == "numpy, 1 thread"
    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    assert all(library["num_threads"] == 1 for library in blas if "numpy" in library["filepath"])


def test_a_helper_that_never_gets_to_run_is_not_waited_for(
    matrix: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thin_products, "_cores", lambda: 2)
    products, layer = Products(BIG), Linear.of(matrix)
    x = np.ones((5, 576), np.float32)
    expected = products(x, layer)
    held = threading.Event()
    assert products._helpers is not None
    blocked = products._helpers.submit(held.wait)
    try:
        assert np.array_equal(products(x, layer), expected)
        assert not blocked.done()
    finally:
        held.set()


def test_beside_two_busy_loops_two_threads_spend_what_one_does(
    matrix: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither spins while it waits for the other, so a busy machine costs no more than its
    share.
    """
    x, layer = np.ones((64, 576), np.float32), Linear.of(matrix)
    models = {}
    for threads in (1, 2):
        monkeypatch.setattr(thin_products, "_cores", lambda threads=threads: threads)
        models[threads] = Products(BIG)
    spent = {1: [], 2: []}
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for _ in range(15):
            for threads, products in models.items():
                begin = time.process_time()
                for _ in range(5):
                    products(x, layer)
                spent[threads].append(time.process_time() - begin)
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
    assert min(spent[2]) < 1.7 * min(spent[1])
    assert np.median(spent[2]) < 2.5 * np.median(spent[1])
