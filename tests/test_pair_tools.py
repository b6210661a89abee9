"""How the embedded pair was made: text that is decided by its seed and right in itself, a tokenizer
that its sources make again, and a card whose figures the shipped weights give. Nothing here needs
PyTorch.
"""

import ast
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

import specrecord
from specrecord.models.cache import CachedModel
from specrecord.registry import load_pair
from tools.pair import card, tokenizer
from tools.pair.corpus import DECK, REGISTERS, document, documents
from tools.pair.corpus.draw import HELD_OUT_EVERY
from tools.pair.corpus.words import HE_NAMES, SHE_NAMES
from tools.pair.tokenizer import END_ID

TINY = Path(specrecord.__file__).parent / "models" / "tiny"
CARD = json.loads((TINY / "card.json").read_text())
SEEDS = range(200)
SIGNS = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__, "/": int.__floordiv__}


def test_the_seed_alone_decides_a_document() -> None:
    assert list(documents(1, 50)) == list(documents(1, 50))
    assert list(documents(1, 50)) != list(documents(2, 50))
    assert {name for name, _ in documents(1, 300)} == set(REGISTERS) == set(DECK)


@pytest.mark.parametrize("register", REGISTERS)
def test_a_register_is_not_one_text(register: str) -> None:
    texts = [document(register, seed) for seed in SEEDS]
    assert len(set(texts)) > 0.95 * len(texts)
    assert not any(
        "{" in text or "[" in text or "|" in text
        for text in texts
        if register in ("stories", "recipes")
    )


@pytest.mark.parametrize("register", REGISTERS)
def test_held_out_people_are_in_no_training_text(register: str) -> None:
    kept = {
        name
        for names in (SHE_NAMES, HE_NAMES)
        for place, name in enumerate(names)
        if place % HELD_OUT_EVERY == HELD_OUT_EVERY // 2
    }
    training = "\n".join(document(register, seed) for seed in SEEDS)
    assert kept.isdisjoint(re.findall(r"\w+", training))


def test_every_sum_is_right() -> None:
    found = 0
    for register in ("arithmetic", "dialogue"):
        text = (
            "\n".join(document(register, seed) for seed in SEEDS)
            .replace(" minus ", " - ")
            .replace(" times ", " * ")
        )
        for left, sign, right, result in re.findall(
            r"(?<![-+*/] )\b(\d+) ([-+*/]) (\d+) (?:=|is) (\d+)", text
        ):
            found += 1
            assert SIGNS[sign](int(left), int(right)) == int(result), (
                f"{left} {sign} {right} is not {result}"
            )
    assert found > 500


def test_every_record_parses_and_its_references_agree() -> None:
    for seed in SEEDS:
        text = document("json", seed)
        try:
            records = [json.loads(text)]
        except json.JSONDecodeError:
            records = [json.loads(line) for line in text.splitlines()]
        for record in records:
            if "total" in record:
                assert record["total"] == sum(
                    line["count"] * line["price"] for line in record["lines"]
                )
            if "guests" in record:
                assert [task["who"] for task in record["tasks"]] == [
                    record["host"],
                    *record["guests"],
                ]


def test_all_code_compiles_and_its_assertions_hold() -> None:
    asserted = 0
    for seed in SEEDS:
        source = document("code", seed)
        tree = ast.parse(source)
        asserted += sum(isinstance(node, ast.Assert) for node in tree.body)
        exec(compile(tree, f"<code {seed}>", "exec"), {"__name__": "generated"})
    assert asserted > 50


def test_tables_have_as_many_cells_in_every_row() -> None:
    for seed in SEEDS:
        rows = document("tables", seed).split("\n\n")[0].splitlines()
        mark = "|" if rows[0].startswith("|") else ","
        assert len(rows) > 2
        assert len({row.count(mark) for row in rows}) == 1


@pytest.mark.parametrize("register", REGISTERS)
def test_the_cards_perplexities_are_those_of_the_shipped_weights(register: str) -> None:
    pair = load_pair("tiny", "tiny")
    texts = [document(register, f"{CARD['seed']}/held/{index}", True) for index in range(60)]
    for side, model in (("target", pair.target), ("draft", pair.drafter)):
        assert isinstance(model, CachedModel)
        total = count = 0.0
        for text in texts:
            tokens = [*pair.tokenizer.encode(text), END_ID][:512]
            logits = model.verify(tokens[:1], tokens[1:-1]).logits.astype(np.float64)
            logits -= logits.max(axis=1, keepdims=True)
            spread = np.log(np.exp(logits).sum(axis=1))
            total += float((spread - logits[range(len(logits)), tokens[1:]]).sum())
            count += len(logits)
        assert np.exp(total / count) == pytest.approx(
            CARD["registers"][register][f"perplexity_{side}"], abs=2e-3
        )


def test_the_sources_make_the_shipped_tokenizer_again() -> None:
    texts = [text for _, text in documents(CARD["seed"], 12_000)]
    made = json.loads(tokenizer.train(texts).to_str())
    for side in ("draft", "target"):
        shipped = json.loads((TINY / side / "tokenizer.json").read_text())
        assert made["model"]["merges"] == shipped["model"]["merges"]
        assert made["model"]["vocab"] == shipped["model"]["vocab"]


def test_any_text_survives_the_tokenizer() -> None:
    shipped = Tokenizer.from_file(str(TINY / "target" / "tokenizer.json"))
    for text in (
        "Once upon a time",
        "naïve 漢字 🙂\tx\r\n\0",
        " leading",
        *(document(name, 7) for name in REGISTERS),
    ):
        assert shipped.decode(shipped.encode(text).ids) == text


def test_the_pair_is_as_small_as_promised_and_overlaps_as_wanted() -> None:
    weights = [TINY / side / "model.safetensors" for side in ("target", "draft")]
    assert sum(len(zlib.compress(file.read_bytes())) for file in weights) <= 12_000_000  # a wheel's
    assert CARD["overall"]["T=1"]["overlap"] >= 0.9
    assert min(row["T=1"]["overlap"] for row in CARD["registers"].values()) >= 0.85
    assert CARD["memory"]["copied_whole"] == 0


def test_the_card_says_what_its_figures_say() -> None:
    assert (TINY / "CARD.md").read_text() == card.render(CARD)
    readme = (Path(__file__).parent.parent / "tools" / "pair" / "README.md").read_text()
    flags = re.findall(r"--[a-z-]+ \S+", CARD["command"])
    assert len(flags) == 8
    assert all(flag in readme for flag in flags)
    makefile = (Path(__file__).parent.parent / "Makefile").read_text()
    assert all(flag in makefile for flag in flags)
