import numpy as np

from kinodex.engines.fake import FakeSentences
from kinodex.engines.labels import embed_labels, read_labels


def test_there_is_one_label_for_each_class_in_the_order_of_the_classifier() -> None:
    labels = read_labels()
    known = {
        0: "tench",
        151: "Chihuahua",
        292: "tiger",
        409: "analog clock",
        719: "piggy bank",
        954: "banana",
    }

    assert len(labels) == 1000
    assert {place: labels[place].name for place in known} == known
    assert labels[999].name == "toilet paper"


def test_every_label_has_a_name_of_its_own_and_a_short_definition() -> None:
    labels = read_labels()

    assert len({label.name for label in labels}) == 1000
    assert all(label.name and label.definition and len(label.definition.split()) <= 14 for label in labels)


def test_a_label_stands_near_its_name_and_near_its_definition() -> None:
    sentences = FakeSentences()
    vectors = embed_labels(sentences)
    queries = sentences.embed_sentences(["piggy bank", "a toy pig that holds coins"])

    assert vectors.shape == (1000, sentences.space.dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (vectors @ queries.T).argmax(axis=0).tolist() == [719, 719]
