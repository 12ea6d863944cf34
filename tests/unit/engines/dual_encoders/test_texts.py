"""Words are brought into the shape of the training: a SigLIP that is padded otherwise finds nothing."""

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from kinodex.engines.dual_encoders.families import FAMILIES
from kinodex.engines.dual_encoders.texts import cleaned, prepare_tokenizer, text_rules, to_tokens

CLIP, SIGLIP = FAMILIES["clip"], FAMILIES["siglip"]


def tokenizer():
    words = ["<unk>", "</s>", "<pad>", "a", "red", "car", "s"]
    made = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def tokens(texts, rules):
    return to_tokens(prepare_tokenizer(tokenizer(), rules), texts, rules)


def test_a_siglip_is_padded_to_sixty_four_with_the_token_of_its_tokenizer():
    rules = text_rules(SIGLIP, {"text_config": {}}, {"pad_token": "</s>"})
    made = tokens(["a red car", "a car"], rules)["input_ids"]
    assert made.shape == (2, 64)
    assert made[1].tolist() == [3, 5] + [1] * 62


def test_a_clip_is_padded_to_the_longest_of_its_batch_and_the_padding_masked():
    made = tokens(["a red car", "a car"], text_rules(CLIP, {}, {}))
    assert made["input_ids"].shape == (2, 3)
    assert made["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]


def test_the_length_is_the_checkpoints_own_where_it_says_one():
    rules = text_rules(CLIP, {"text_config": {"max_position_embeddings": 2}}, {})
    assert tokens(["a red car"], rules)["input_ids"].tolist() == [[3, 4]]


def test_a_siglip_reads_lower_case_without_punctuation():
    assert cleaned("A red car's  roof!", text_rules(SIGLIP, {}, {})) == "a red cars roof"


def test_a_siglip_2_keeps_punctuation_however_it_is_told():
    by_tokenizer = text_rules(SIGLIP, {}, {"tokenizer_class": "GemmaTokenizer", "pad_token": "<pad>"})
    by_type = text_rules(FAMILIES["siglip2"], {}, {})
    assert (
        cleaned("A red car's roof!", by_tokenizer)
        == cleaned("A red car's roof!", by_type)
        == "a red car's roof!"
    )
    assert tokens(["a"], by_tokenizer)["input_ids"][0, 1] == 2


def test_a_clip_leaves_case_to_its_tokenizer():
    assert cleaned(" A  red car! ", text_rules(CLIP, {}, {})) == "A red car!"


@pytest.mark.parametrize("written", ["<pad>", {"content": "<pad>", "lstrip": False}])
def test_a_padding_token_may_be_written_in_two_ways(written):
    assert text_rules(SIGLIP, {}, {"pad_token": written}).pad_token == "<pad>"


def test_without_a_known_token_its_number_counts():
    rules = text_rules(SIGLIP, {"text_config": {"pad_token_id": 1}}, {})
    assert tokens(["a"], rules)["input_ids"][0].tolist() == [3] + [1] * 63
