from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForQuestionAnswering,
    BertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForQuestionAnswering,
)

from index.packaged import packaged_model_folder
from qa.cli import cli
from qa.errors import ReaderError
from qa.read import load_reader
from qa.read.calibration import Calibration
from qa.read.reader import TransformersReader
from qa.read.tokens import ReaderTokenizer
from qa.read.weights import READER_FOLDER, PackagedModel, export_checkpoint, load_packaged_model, read_card

ARTICLE = (Path(__file__).parent.parent / "seeds/articles/us-mediation-on-kashmir.txt").read_text(encoding="utf-8")
TINY: dict[str, Any] = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}


def test_the_reader_reads(reader: TransformersReader) -> None:
    text = "The museum opened on 3 June. Ottilie Brandt directs it."
    best = reader.read("When did the museum open?", ["Nothing of interest.", text])[0]
    assert (best.text, text[best.start : best.end]) == (1, "3 June")


def test_a_span_is_the_same_alone_and_among_others(reader: TransformersReader) -> None:
    alone = reader.read("Who met the Indian delegation?", [ARTICLE[887:1651]])[0]
    others = reader.read("Who met the Indian delegation?", ["Short.", ARTICLE[887:1651], ARTICLE], limit=100)
    assert (1, alone.start, alone.end) in [(s.text, s.start, s.end) for s in others]


def test_a_long_text_is_read_to_its_end(reader: TransformersReader) -> None:
    text = "The council met and talked about roads. " * 200 + "The bridge was opened by Mayor Henrik Vass in June."
    best = reader.read("Who opened the bridge?", [text])[0]
    assert text[best.start : best.end] in ("Mayor Henrik Vass", "Henrik Vass")


@pytest.mark.parametrize(
    "text",
    ["😀 met 日本語 e\u0301 ﬁ", "\u200b\x00", "x" * 3000, "a\r\nb", " . , "],
    ids=["odd", "control", "run", "crlf", "marks"],
)
def test_offsets_lie_inside_any_text(reader: TransformersReader, text: str) -> None:
    for span in reader.read("Who met?", [text]):
        assert 0 <= span.start < span.end <= len(text)


def test_a_question_longer_than_a_window_is_read(reader: TransformersReader) -> None:
    assert reader.read("who met the delegation " * 300, [ARTICLE])


def test_no_texts_give_no_spans(reader: TransformersReader) -> None:
    assert reader.read("Who?", []) == []


def test_calibration_and_threshold_are_those_of_the_card(tmp_path: Path) -> None:
    folder = shutil.copytree(READER_FOLDER, tmp_path / "weights")
    card = json.loads((folder / "reader.json").read_text())
    calibration = Calibration(similarity_weight=3.0, bias=-1.0, margin=0.5, similarity=2.0, lead=0.1, articles=-0.2)
    (folder / "reader.json").write_text(json.dumps(card | {"calibration": asdict(calibration), "threshold": 0.31}))
    other = load_reader(str(folder))
    assert (other.calibration, other.threshold) == (calibration, 0.31)


def test_the_frozen_layers_are_the_packaged_models_own() -> None:
    state = load_packaged_model().state_dict()
    base = load_file(packaged_model_folder() / "model.safetensors")
    stored = load_file(READER_FOLDER / "reader.safetensors")
    assert all(tensor.dtype == torch.float32 for tensor in state.values())
    frozen, trained = "embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.weight"
    assert torch.equal(state[f"bert.{frozen}"], base[frozen])
    assert torch.equal(state[f"bert.{trained}"], stored[f"bert.{trained}"].float())
    assert not torch.equal(state[f"bert.{trained}"], base[trained])


def test_the_packaged_model_gives_the_logits_of_transformers_own() -> None:
    tokenizer = ReaderTokenizer.packaged()
    windows = tokenizer.windows("Who met?", ["Short.", ARTICLE, "😀 日本語 e\u0301"])
    inputs = tokenizer.tensors([window for _, window in windows])
    counts = inputs["attention_mask"].bool()
    with torch.inference_mode():
        ours, theirs = PackagedModel()(**inputs), load_packaged_model()(**inputs)
    for side in ("start_logits", "end_logits"):
        assert (getattr(ours, side) - getattr(theirs, side))[counts].abs().max() < 1e-3


@pytest.mark.parametrize("question", ["Who met?", "who met the delegation " * 300], ids=["short", "long"])
def test_windows_are_those_of_transformers_own_tokenizer(question: str) -> None:
    texts = ["Short.", ARTICLE * 3, "😀 日本語 e\u0301", ""]
    windows = ReaderTokenizer.packaged().windows(question, texts)
    theirs = AutoTokenizer.from_pretrained(packaged_model_folder(), local_files_only=True)
    asked = theirs(question, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    expected = theirs(
        [question[: asked[:192][-1][1]]] * len(texts), texts, truncation="only_second", max_length=384, stride=96,
        return_overflowing_tokens=True, return_offsets_mapping=True,
    )  # fmt: skip
    assert [text for text, _ in windows] == expected["overflow_to_sample_mapping"]
    assert [window.ids for _, window in windows] == expected["input_ids"]
    assert [window.type_ids for _, window in windows] == expected["token_type_ids"]
    assert [window.offsets for _, window in windows] == expected["offset_mapping"]
    assert [window.sequence_ids for _, window in windows] == [expected.sequence_ids(i) for i in range(len(windows))]


def test_damaged_weights_are_refused_with_their_checksum(tmp_path: Path) -> None:
    folder = shutil.copytree(READER_FOLDER, tmp_path / "weights")
    weights = folder / "reader.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2] + b"\0\1")
    with pytest.raises(ReaderError, match=read_card().weights_sha256):
        load_packaged_model(folder)


@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_weights_that_do_not_fit_are_refused(tmp_path: Path, change: str) -> None:
    import hashlib

    tensors = load_file(READER_FOLDER / "reader.safetensors")
    if change == "missing":
        del tensors["qa_outputs.bias"]
    else:
        tensors["bert.pooler.dense.bias"] = torch.zeros(1)
    save_file(tensors, tmp_path / "reader.safetensors")
    card = json.loads((READER_FOLDER / "reader.json").read_text())
    card["weights_sha256"] = hashlib.sha256((tmp_path / "reader.safetensors").read_bytes()).hexdigest()
    (tmp_path / "reader.json").write_text(json.dumps(card))
    with pytest.raises(ReaderError, match="1 names are missing or unknown"):
        load_packaged_model(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"base_sha256": "0"}'])
def test_a_card_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "reader.json").write_text(text)
    with pytest.raises(ReaderError, match=r"Cannot read the reader's card .*reader\.json"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base_sha256": "0"}, "is for a base with the sha256 0"),
        ({"calibration": {"bias": 1}}, "a calibration has"),
        ({"threshold": 2}, "a threshold is from 0 to 1, got 2"),
        ({"threshold": float("nan")}, "a threshold is from 0 to 1, got nan"),
    ],
)
def test_a_card_that_cannot_be_used_says_why(tmp_path: Path, change: dict[str, object], said: str) -> None:
    card = json.loads((READER_FOLDER / "reader.json").read_text())
    (tmp_path / "reader.json").write_text(json.dumps(card | change))
    with pytest.raises(ReaderError, match=said):
        read_card(tmp_path)


def tiny_tokenizer(kind: str) -> PreTrainedTokenizerFast:
    words = sorted({*ARTICLE.split(), "Who", "met", "?", ".", ","})
    special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    vocabulary = {word: i for i, word in enumerate([*special, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    pair = "[CLS] $A [SEP] $B:1 [SEP]:1" if kind == "bert" else "[CLS] $A [SEP] [SEP] $B [SEP]"
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair=pair, special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    inputs = ["input_ids", "token_type_ids", "attention_mask"] if kind == "bert" else ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", unk_token="[UNK]",
        model_input_names=inputs,
    )  # fmt: skip


def tiny_model(kind: str, size: int) -> Any:
    torch.manual_seed(0)
    if kind == "bert":
        return BertForQuestionAnswering(BertConfig(vocab_size=size, max_position_embeddings=128, **TINY))
    config = RobertaConfig(vocab_size=size, max_position_embeddings=130, pad_token_id=0, **TINY)
    return RobertaForQuestionAnswering(config)


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_any_question_answering_checkpoint_takes_its_place(tmp_path: Path, kind: str) -> None:
    tokenizer = tiny_tokenizer(kind)
    tokenizer.save_pretrained(tmp_path)
    tiny_model(kind, len(tokenizer)).save_pretrained(tmp_path)
    other = load_reader(str(tmp_path))
    spans = other.read("Who met ?", [ARTICLE])
    assert spans
    assert all(ARTICLE[span.start : span.end].strip() for span in spans)
    assert re.fullmatch(f"{re.escape(tmp_path.name)}-[0-9a-f]{{12}}", other.name)


def test_checkpoints_of_one_name_are_told_apart_by_their_weights(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer("bert")
    model = tiny_model("bert", len(tokenizer))
    names = []
    for run in ("first", "again", "trained on"):
        if run == "trained on":
            model.qa_outputs.bias.data += 1
        model.save_pretrained(tmp_path / run / "checkpoint")
        tokenizer.save_pretrained(tmp_path / run / "checkpoint")
        names.append(load_reader(str(tmp_path / run / "checkpoint")).name)
    assert names[0] == names[1] != names[2]


def test_a_model_that_does_not_answer_questions_is_refused(tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer("bert")
    tokenizer.save_pretrained(tmp_path)
    BertModel(BertConfig(vocab_size=len(tokenizer), **TINY)).save_pretrained(tmp_path)
    with pytest.raises(ReaderError, match="no weights for"):
        load_reader(str(tmp_path))


def test_a_folder_that_is_no_checkpoint_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=str(tmp_path)):
        load_reader(str(tmp_path))


def test_the_reader_is_exported_as_a_checkpoint_that_reads_the_same(reader: TransformersReader, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["export-reader", str(tmp_path / "checkpoint")])
    assert (done.exit_code, done.output) == (0, f"written to {tmp_path / 'checkpoint'}\n")
    other = load_reader(str(tmp_path / "checkpoint"))
    question = "Who met the Indian delegation?"
    assert other.read(question, [ARTICLE]) == reader.read(question, [ARTICLE])
    with pytest.raises(ReaderError, match="not empty"):
        export_checkpoint(tmp_path / "checkpoint")
    with pytest.raises(ReaderError, match="Cannot write"):
        export_checkpoint(tmp_path / "checkpoint" / "config.json" / "below")
