"""GGUF files with what real ones have, read as llama.cpp reads them, or refused in one line."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from naive_llama import Variant
from safetensors.numpy import load_file, save_file

import specrecord
from specrecord.errors import UnsupportedModelError
from specrecord.models.fetched.gguf_tokenizer import tokenizer_of
from specrecord.registry import Pair, load_pair

gguf = pytest.importorskip("gguf")
gguf_of_pair: Any = pytest.importorskip("tools.engines.gguf_of_pair")

TINY = Path(specrecord.__file__).parent / "models" / "tiny" / "target"
TEXT = list(range(30, 60))


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Pair]:
    """The embedded target as a GGUF file, changed by what is done to its writer, loaded."""
    monkeypatch.setenv("SPECRECORD_MODELS", str(tmp_path / "store"))
    plain = gguf_of_pair._write_vocabulary

    def write(
        change: Callable[[Any], object] = lambda writer: None,
        tokenizer: Callable[[dict[str, Any]], object] = lambda content: None,
    ) -> Pair:
        def vocabulary(writer: Any, content: dict[str, Any], config: Any) -> None:
            content = json.loads(json.dumps(content))
            tokenizer(content)
            change(writer)
            plain(writer, content, config)

        monkeypatch.setattr(gguf_of_pair, "_write_vocabulary", vocabulary)
        path = tmp_path / f"model-{len(list(tmp_path.iterdir()))}.gguf"
        gguf_of_pair.write_gguf(TINY, path)
        return load_pair(None, f"llama:{path}")

    return write


def overridden(writer: Any, name: str, *args: Any) -> None:
    """Whatever is written by this method is written as `args`."""
    method = getattr(writer, name)
    setattr(writer, name, lambda *given: method(*(args or given)))


def test_a_bos_is_known_to_the_template_and_begins_a_text(written: Callable[..., Pair]) -> None:
    def change(writer: Any) -> None:
        writer.add_bos_token_id(0)
        overridden(writer, "add_add_bos_token", True)
        writer.add_chat_template("{{ bos_token }}[{{ messages[0].content }}]")

    tokenizer = written(change).tokenizer
    assert tokenizer.chat("hi") == "<|end|>[hi]"
    assert tokenizer.encode_opening("hi") == [0, *tokenizer.encode("hi")]
    assert written().tokenizer.encode_opening("hi") == tokenizer.encode("hi")


def test_every_end_that_is_named_ends_a_text(written: Callable[..., Pair]) -> None:
    def change(writer: Any) -> None:
        writer.add_eot_token_id(15)
        writer.add_uint32("tokenizer.ggml.eom_token_id", 16)

    assert {15, 16} <= written(change).tokenizer.end_ids
    without = written(lambda writer: setattr(writer, "add_eos_token_id", lambda *_: None))
    assert without.tokenizer.end_ids == frozenset()


def test_rotary_factors_are_used(written: Callable[..., Pair]) -> None:
    factors = np.linspace(1, 8, 12).astype(np.float32)
    plain = written().target
    turned = written(lambda writer: writer.add_tensor("rope_freqs.weight", factors)).target
    one = plain.verify(TEXT[:1], TEXT[1:]).logits
    other = turned.verify(TEXT[:1], TEXT[1:]).logits
    assert np.abs(one[0] - other[0]).max() < 1e-4  # nothing is turned at the first place
    assert np.abs(one[-1] - other[-1]).max() > 1e-2
    same = written(lambda writer: writer.add_tensor("rope_freqs.weight", np.ones_like(factors)))
    again = same.target.verify(TEXT[:1], TEXT[1:]).logits
    assert np.array_equal(again, one)


@pytest.mark.parametrize("text", ["<think>", "\n\n\n"])
def test_a_user_defined_token_stays_whole(written: Callable[..., Pair], text: str) -> None:
    def change(writer: Any) -> None:
        types, tokens = writer.add_token_types, writer.add_token_list
        writer.add_token_types = lambda kinds: types([*kinds[:-1], 4])
        writer.add_token_list = lambda names: tokens([*names[:-1], text])

    def unmerged(content: dict[str, Any]) -> None:
        vocabulary, merges = content["model"]["vocab"], content["model"]["merges"]
        last = max(vocabulary, key=vocabulary.get)
        joined = ["".join(one if isinstance(one, list) else one.split(" ")) for one in merges]
        content["model"]["merges"] = [
            one for one, whole in zip(merges, joined, strict=True) if whole != last
        ]

    tokenizer = written(change, unmerged).tokenizer
    assert 1023 in tokenizer.encode(f"a{text}b")
    assert tokenizer.token_bytes(1023) == text.encode()


def test_how_llama_3_and_qwen_2_cut_a_text(written: Callable[..., Pair]) -> None:
    def pre(kind: str) -> Callable[[Any], None]:
        return lambda writer: overridden(writer, "add_tokenizer_pre", kind)

    assert written(pre("qwen2")).tokenizer.encode("a 12") == written().tokenizer.encode("a 12")
    assert written(pre("llama-bpe")).tokenizer.encode("hello there") != []
    with pytest.raises(UnsupportedModelError, match="tokenizer gpt2/martian is not read here"):
        written(pre("martian"))


def test_sentence_piece_without_scores_is_refused(written: Callable[..., Pair]) -> None:
    with pytest.raises(UnsupportedModelError, match="known are llama with scores"):
        written(lambda writer: overridden(writer, "add_tokenizer_model", "llama"))


def test_sentence_piece_merges_the_likeliest_first() -> None:
    pieces = {"<unk>": 0, "<s>": 0, "<0x21>": 0, "\u2581": -9, "a": -9, "b": -9, "c": -9}
    pieces |= {"ab": -2, "bc": -1, "\u2581a": -3, "\u2581ab": -4}
    values = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": list(pieces),
        "tokenizer.ggml.scores": [float(score) for score in pieces.values()],
        "tokenizer.ggml.token_type": [2, 3, 6, *[1] * (len(pieces) - 3)],
    }
    tokenizer = tokenizer_of(lambda key, default=None: values.get(key, default), Path("x"))
    assert tokenizer.encode("abc").tokens == ["\u2581a", "bc"]
    assert tokenizer.encode("ab!").tokens == ["\u2581ab", "<0x21>"]
    values["tokenizer.ggml.add_space_prefix"] = False
    tokenizer = tokenizer_of(lambda key, default=None: values.get(key, default), Path("x"))
    assert tokenizer.encode("abc").tokens == ["a", "bc"]


@pytest.mark.parametrize("kind", ["llama", "mistral", "qwen2", "qwen3"])
@pytest.mark.parametrize("tied", [True, False])
def test_each_kind_computes_what_its_folder_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, tied: bool
) -> None:
    monkeypatch.setenv("SPECRECORD_MODELS", str(tmp_path / "store"))
    folder = Variant(tied=tied).folder(tmp_path / "folder", seed=3)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": kind}))
    tensors, random = load_file(folder / "model.safetensors"), np.random.default_rng(5)
    for name in [name for name in tensors if "q_proj" in name or "k_proj" in name]:
        part, rows = name.removesuffix("_proj.weight"), len(tensors[name])
        if kind == "qwen2":
            tensors[f"{part}_proj.bias"] = random.normal(size=rows).astype(np.float32)
        if kind == "qwen3":
            tensors[f"{part}_norm.weight"] = random.normal(size=6).astype(np.float32)
    for name in [name for name in tensors if kind == "qwen2" and "v_proj" in name]:
        bias = random.normal(size=len(tensors[name])).astype(np.float32)
        tensors[name.replace("weight", "bias")] = bias
    save_file(tensors, folder / "model.safetensors")
    gguf_of_pair.write_gguf(folder, tmp_path / "model.gguf")
    rows = [
        load_pair(None, f"llama:{path}").target.verify(TEXT[:1], TEXT[1:]).logits
        for path in (folder, tmp_path / "model.gguf")
    ]
    assert np.array_equal(*rows)


def test_what_turns_a_part_of_each_head_is_refused(written: Callable[..., Pair]) -> None:
    def turn(writer: Any) -> None:
        writer.kv_data[0]["llama.rope.dimension_count"].value = 8

    with pytest.raises(UnsupportedModelError, match="turns only a part of each head"):
        written(turn)


def test_sentence_piece_says_what_its_own_library_says() -> None:
    pieces = pytest.importorskip("sentencepiece")
    source = Path(specrecord.__file__).read_text() + (TINY / "config.json").read_text() * 2
    text = source + " The little boat went out to sea, and the sea was calm. " * 9
    model = io.BytesIO()
    pieces.SentencePieceTrainer.train(
        sentence_iterator=iter(text.split("\n")),
        model_writer=model,
        model_type="bpe",
        vocab_size=400,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        minloglevel=2,
    )
    theirs = pieces.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(theirs.get_piece_size())
    kinds = (theirs.is_unknown, theirs.is_control, theirs.is_byte)
    values = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": [theirs.id_to_piece(one) for one in ids],
        "tokenizer.ggml.scores": [theirs.get_score(one) for one in ids],
        "tokenizer.ggml.token_type": [
            next((kind for kind, of in zip((2, 3, 6), kinds, strict=True) if of(one)), 1)
            for one in ids
        ],
    }
    ours = tokenizer_of(lambda key, default=None: values.get(key, default), Path("x"))
    for one in (
        "The boat went  out",
        "  two",
        "a\tcalm sea\n",
        "na\u00efve \u6771\u4eac 100",
        "(x): 3.14",
    ):
        assert ours.encode(one).ids == theirs.encode(one), one
