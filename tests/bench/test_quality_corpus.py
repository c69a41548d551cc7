"""The labelled documents of the quality measurement: enough, rightly labelled, kept apart."""

from __future__ import annotations

import re

import pytest

from bench.quality import corpus, scoring
from bench.quality.corpus import Document, Split
from bench.quality.finders import Find

SPLITS: tuple[Split, ...] = ("dev", "test")


@pytest.mark.parametrize("split", SPLITS)
def test_there_are_enough_documents_of_both_sorts(split: Split) -> None:
    documents = corpus.documents(split)
    harmless = [one for one in documents if one.kind == "harmless"]
    assert len(documents) - len(harmless) >= 2_000
    assert len(harmless) >= 1_500
    assert not any(one.labels for one in harmless)
    assert all(one.labels for one in documents if one.kind != "harmless")


@pytest.mark.parametrize("split", SPLITS)
def test_a_label_is_a_run_of_its_document_and_no_mark_is_left(split: Split) -> None:
    for one in corpus.documents(split):
        assert all(0 <= start < end <= len(one.text) for start, end in one.labels)
        assert not re.search("[«»‹›⟨⟩⊢⏎]", one.text), one.template


@pytest.mark.parametrize("split", SPLITS)
def test_the_documents_are_the_same_on_every_run(split: Split) -> None:
    assert corpus.documents(split) == corpus.documents(split)


def test_the_splits_share_no_template_but_bare_values() -> None:
    dev, test = ({one.template for one in corpus.documents(split)} for split in SPLITS)
    assert [one for one in dev & test if not re.fullmatch("[«⟨][^»⟩]*[»⟩]", one)] == []


def test_half_a_token_is_found_and_not_whole() -> None:
    document = Document("cloud", "x", "", "a.py", 'key = "abcdefgh"', ((7, 15),))
    score = scoring.score([document], [[Find(7, 11, "secret", "rule")]])
    tally = score.kinds["cloud"]
    assert (tally.found, tally.whole) == (1, 0)
    assert score.false_alarms == {}


def test_a_find_beside_the_label_is_a_false_alarm() -> None:
    document = Document("cloud", "x", "", "a.py", 'key = "abcdefgh"', ((7, 15),))
    score = scoring.score([document], [[Find(0, 3, "secret", "rule")]])
    assert score.kinds["cloud"].found == 0
    assert score.false_alarms == {"secret": 1}
