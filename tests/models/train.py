"""
Make the tiny checkpoints: render scenes, train a small CLIP, export it in the standard layout.

    pip install torch transformers onnx     (not part of any environment of the project)
    python tests/models/train.py pictures tests/models/tiny-clip
    python tests/models/train.py moves tests/models/tiny-motion-clip

A folder then holds ``config.json``, ``preprocessor_config.json``, ``tokenizer.json``, ``kinodex.json`` and
``onnx/vision_model.onnx``, ``onnx/text_model.onnx``, as checkpoints of this family lie on the hubs, and
``reference.npz``: what the torch model itself makes of some pictures and captions.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scenes import (
    COLOURS,
    GROUNDS,
    MOVES,
    PLACES,
    SHAPES,
    Picture,
    draw,
    draw_move,
    held_out,
    is_held_out,
    move_caption,
    moves,
    scenes,
)
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPConfig, CLIPModel

SIZE_PX = 64
LONGEST = 16
MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)
MOVES_HELD_OUT = 5


@dataclass(frozen=True)
class Example:
    """Something to show and what to say of it."""

    caption: str
    draw: Callable[[np.random.Generator], Picture]


def pictures() -> tuple[list[Example], list[Example]]:
    """Return what to train on and what to hold out: single pictures."""
    seen = [scene for scene in scenes() if not is_held_out(scene)]
    return [_picture(scene) for scene in seen], [_picture(scene) for scene in held_out()]


def moving() -> tuple[list[Example], list[Example]]:
    """Return what to train on and what to hold out: four pictures in one, in reading order."""
    both = list(moves())
    order = np.random.default_rng(7).permutation(len(both))
    held = set(order[: len(both) // MOVES_HELD_OUT].tolist())
    examples = [_move(scene, move) for scene, move in both]
    return (
        [example for place, example in enumerate(examples) if place not in held],
        [example for place, example in enumerate(examples) if place in held],
    )


def _picture(scene: object) -> Example:
    return Example(scene.caption, lambda chance: draw(scene, size_px=SIZE_PX, chance=chance))


def _move(scene: object, move: str) -> Example:
    def tiled(chance: np.random.Generator) -> Picture:
        four = draw_move(scene, move, size_px=SIZE_PX // 2, chance=chance)
        return np.concatenate([np.concatenate(four[:2], axis=1), np.concatenate(four[2:], axis=1)])

    return Example(move_caption(scene, move), tiled)


def tokenizer() -> Tokenizer:
    """Return a tokenizer of whole words, with the marks of its family."""
    words = [*COLOURS, *SHAPES, *GROUNDS, *PLACES, *MOVES]
    words += ["a", "on", "the", "photo", "video", "of", "moves", "stays", "still", "at", "in"]
    marks = ["<|pad|>", "<|unk|>", "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([*marks, *words]))}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<|unk|>"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>",
        special_tokens=[(mark, vocabulary[mark]) for mark in marks[2:]],
    )
    return made


def build(vocabulary: Tokenizer, *, width: int, layers: int, patch_px: int) -> CLIPModel:
    """Return an untrained model."""
    ends = {
        name: vocabulary.token_to_id(f"<|{mark}|>")
        for name, mark in (
            ("pad_token_id", "pad"),
            ("bos_token_id", "startoftext"),
            ("eos_token_id", "endoftext"),
        )
    }
    common = {"hidden_size": width, "intermediate_size": 3 * width, "num_attention_heads": width // 16}
    torch.manual_seed(0)
    return CLIPModel(
        CLIPConfig(
            projection_dim=width,
            text_config={
                **common,
                **ends,
                "vocab_size": vocabulary.get_vocab_size(),
                "num_hidden_layers": 1,
                "max_position_embeddings": LONGEST,
            },
            vision_config={
                **common,
                "num_hidden_layers": layers,
                "image_size": SIZE_PX,
                "patch_size": patch_px,
            },
        )
    )


def pixels(drawn: Sequence[Picture]) -> torch.Tensor:
    """Return pictures as the network takes them."""
    scaled = (np.stack(drawn).astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    return torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2)))


def tokens(vocabulary: Tokenizer, captions: Sequence[str]) -> dict[str, torch.Tensor]:
    """Return captions as the network takes them."""
    encoded = vocabulary.encode_batch(list(captions))
    return {
        "input_ids": torch.tensor([each.ids for each in encoded]),
        "attention_mask": torch.tensor([each.attention_mask for each in encoded]),
    }


def train(model: CLIPModel, vocabulary: Tokenizer, examples: Sequence[Example], *, steps: int) -> None:
    """Train with the loss of CLIP on batches in which no caption comes twice."""
    chance = np.random.default_rng(1)
    best = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    rate = torch.optim.lr_scheduler.OneCycleLR(best, 2e-3, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        batch = [examples[place] for place in chance.permutation(len(examples))[:128]]
        text = tokens(vocabulary, [example.caption for example in batch])
        shown = pixels([example.draw(chance) for example in batch])
        loss = model(**text, pixel_values=shown, return_loss=True).loss
        best.zero_grad()
        loss.backward()
        best.step()
        rate.step()
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}", flush=True)


class Pictures(torch.nn.Module):
    """The half that sees."""

    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.tower, self.projection = model.vision_model, model.visual_projection

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return the vectors, not brought to length 1, as the hub's exports do."""
        return self.projection(self.tower(pixel_values=pixel_values).pooler_output)


class Texts(torch.nn.Module):
    """The half that reads."""

    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.tower, self.projection = model.text_model, model.text_projection

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return the vectors, not brought to length 1, as the hub's exports do."""
        return self.projection(self.tower(input_ids=input_ids, attention_mask=attention_mask).pooler_output)


def export(model: CLIPModel, vocabulary: Tokenizer, folder: Path) -> None:
    """Write the folder as such folders lie on the hubs."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    vocabulary.save(str(folder / "tokenizer.json"))
    model.config.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(
        json.dumps(
            {
                "do_resize": True,
                "size": {"shortest_edge": SIZE_PX},
                "resample": 3,
                "do_center_crop": True,
                "crop_size": {"height": SIZE_PX, "width": SIZE_PX},
                "do_rescale": True,
                "rescale_factor": 1 / 255,
                "do_normalize": True,
                "image_mean": MEAN,
                "image_std": STD,
                "do_convert_rgb": True,
            },
            indent=2,
        )
        + "\n"
    )
    shown, text = torch.zeros(2, 3, SIZE_PX, SIZE_PX), tokens(vocabulary, ["a red circle", "a blue ring"])
    torch.onnx.export(
        Pictures(model),
        (shown,),
        str(folder / "onnx/vision_model.onnx"),
        dynamo=False,
        opset_version=17,
        input_names=["pixel_values"],
        output_names=["image_embeds"],
        dynamic_axes={"pixel_values": {0: "n"}, "image_embeds": {0: "n"}},
    )
    torch.onnx.export(
        Texts(model),
        (text["input_ids"], text["attention_mask"]),
        str(folder / "onnx/text_model.onnx"),
        dynamo=False,
        opset_version=17,
        input_names=["input_ids", "attention_mask"],
        output_names=["text_embeds"],
        dynamic_axes={name: {0: "n", 1: "l"} for name in ("input_ids", "attention_mask")}
        | {"text_embeds": {0: "n"}},
    )


def unit(vectors: torch.Tensor) -> np.ndarray:
    """Return rows of length 1."""
    return torch.nn.functional.normalize(vectors, dim=-1).numpy()


def judge(model: CLIPModel, vocabulary: Tokenizer, examples: Sequence[Example], folder: Path) -> None:
    """Say how often the right picture comes first, fit the calibration, and keep references."""
    chance = np.random.default_rng(2)
    drawn, captions = [each.draw(chance) for each in examples], [each.caption for each in examples]
    with torch.no_grad():
        seen = unit(Pictures(model)(pixels(drawn)))
        read = unit(Texts(model)(**tokens(vocabulary, captions)))
    cosines = read @ seen.T
    first = float((cosines.argmax(axis=1) == np.arange(len(examples))).mean())
    print(f"R@1 {first:.3f} of {len(examples)}")
    slope, offset = fit(np.diag(cosines), cosines[~np.eye(len(examples), dtype=bool)])
    likeness = seen @ seen.T
    copies = unit(Pictures(model)(pixels([each.draw(chance) for each in examples])).detach())
    like_slope, like_offset = fit((seen * copies).sum(1), likeness[~np.eye(len(examples), dtype=bool)])
    (folder / "kinodex.json").write_text(
        json.dumps(
            {
                "words": {"slope": slope, "offset": offset},
                "pictures": {"slope": like_slope, "offset": like_offset},
                "templates": ["{}"],
            },
            indent=2,
        )
        + "\n"
    )
    np.savez_compressed(
        folder / "reference.npz",
        pictures=np.stack(drawn[:4]),
        seen=seen[:4],
        captions=np.array(captions[:4]),
        read=read[:4],
    )


def fit(right: np.ndarray, wrong: np.ndarray) -> tuple[float, float]:
    """Return slope and offset of the logistic curve between right and wrong pairs, both weighing the same."""
    values = np.concatenate([right, wrong])
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
    weight = np.concatenate([np.full(len(right), 0.5 / len(right)), np.full(len(wrong), 0.5 / len(wrong))])
    middle, spread = values.mean(), values.std()
    scaled, at = (values - middle) / spread, np.zeros(2)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-(at[0] * scaled + at[1])))
        slope = np.array([(weight * (chance - truth) * scaled).sum(), (weight * (chance - truth)).sum()])
        w = weight * chance * (1 - chance)
        bend = np.array([[(w * scaled**2).sum(), (w * scaled).sum()], [(w * scaled).sum(), w.sum()]])
        at -= np.linalg.solve(bend + 1e-3 * np.eye(2), slope + 1e-3 * np.array([at[0], 0]))
    return round(float(at[0] / spread), 2), round(float(at[1] - at[0] * middle / spread), 2)


def main() -> None:
    """Train, judge, export."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("pictures", "moves"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    (seen, held), shape, steps = (
        (pictures(), {"width": 48, "layers": 3, "patch_px": 16}, 900)
        if chosen.what == "pictures"
        else (moving(), {"width": 64, "layers": 3, "patch_px": 8}, 900)
    )
    vocabulary, began = tokenizer(), time.process_time()
    model = build(vocabulary, **shape)
    train(model, vocabulary, seen, steps=chosen.steps or steps)
    model.eval()
    export(model, vocabulary, chosen.folder)
    judge(model, vocabulary, held, chosen.folder)
    print(f"{time.process_time() - began:.0f} CPU-s")


if __name__ == "__main__":
    main()
