from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embed import Encoder, PackagedEncoder, load_encoder
from index.errors import ChecksumMismatch, ModelError
from index.packaged import PACKAGED_SHA256, check_sha256, packaged_model_folder


def test_the_packaged_model_is_the_one_expected(encoder: Encoder) -> None:
    assert encoder.info.fingerprint == f"sha256:{PACKAGED_SHA256}"
    assert (encoder.info.dimension, encoder.info.max_length, encoder.info.pooling) == (384, 256, "mean")


def test_vectors_have_length_one_and_meaning(encoder: Encoder) -> None:
    vectors = encoder.encode(["The minister met the envoy.", "An envoy was met by the minister.", "Herring is a fish."])
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > 0.8 > vectors[0] @ vectors[2]


MIXED = [
    "Short.",
    "A somewhat longer sentence about a meeting. " * 8,
    "Middle sized sentence here.",
    "",
    "far more than it reads " * 100,
    "😀 日本語 e\u0301 ﬁ İ ß\r\n\t",
    "\x00\u200b",
    "x" * 500,
    "a [SEP] b [MASK]",
]


def test_a_text_gets_the_same_vector_alone_and_in_any_batch(encoder: Encoder) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in MIXED])
    for order in (range(len(MIXED)), [*range(len(MIXED))] * 20, [8, 3, 0], [4, 0], [4] * 9 + [1]):
        together = encoder.encode([MIXED[i] for i in order])
        assert np.sum(alone[list(order)] * together, axis=1) == pytest.approx(np.ones(len(order)), abs=1e-5)


def test_the_packaged_encoder_is_the_sentence_transformers_model() -> None:
    """Same vectors, same tokens, same description as by way of the library, which it passes by."""
    ours, theirs = PackagedEncoder(), load_encoder(str(packaged_model_folder()))
    assert np.abs(ours.encode(MIXED) - theirs.encode(MIXED)).max() < 1e-5
    assert [ours.token_spans(text) for text in MIXED] == [theirs.token_spans(text) for text in MIXED]
    assert replace(theirs.info, name=ours.info.name, fingerprint=ours.info.fingerprint) == ours.info


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize(
    "text", ["", "😀 日本語 e\u0301", "x" * 500, "\x00\u200b"], ids=["empty", "odd", "long", "control"]
)
def test_odd_texts_are_embedded(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_token_spans_cover_the_whole_text(encoder: Encoder) -> None:
    text = "Ünïcode 😀 words. " * 300
    spans = encoder.token_spans(text)
    assert len(spans) > 256
    assert text[spans[-1][0] : spans[-1][1]] == "."


def test_a_changed_weight_file_is_refused_with_both_checksums(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes((packaged_model_folder() / "model.safetensors").read_bytes()[:-1] + b"x")
    with pytest.raises(ChecksumMismatch, match=PACKAGED_SHA256):
        check_sha256(path, PACKAGED_SHA256)


def test_a_folder_that_is_no_model_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        load_encoder(str(tmp_path))


def test_another_sentence_transformers_model_loads_by_path() -> None:
    other = load_encoder(str(packaged_model_folder()))
    assert other.info.name == str(packaged_model_folder())
    assert other.info.fingerprint not in ("", f"sha256:{PACKAGED_SHA256}")
    assert other.encode(["text"]).shape == (1, 384)
