"""Small pages with one line each, as `chat.jsonl`: few enough for a tiny model to learn by heart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

QUESTION = "اكتب ما في الصفحة"
ANSWERS = ("بيت ١", "كتاب ٢", "قلم ٣", "شمس ٤", "قمر ٥", "باب ٦")
SIDE_PX = 112


def image_of(number: int, paper: int = 255) -> Image.Image:
    """A pattern that no other number has: bars as wide as the number says."""
    grid = np.full((SIDE_PX, SIDE_PX, 3), paper, np.uint8)
    width = 6 + 5 * number
    for start in range(0, SIDE_PX, 2 * width):
        grid[:, start : start + width] = 30 * number
    return Image.fromarray(grid)


def make(folder: Path, answers=ANSWERS, paper: int = 255) -> Path:
    """Writes a folder of pages; the file's path. Other paper makes other images of the same words."""
    images = folder / "images"
    images.mkdir(parents=True)
    lines = []
    for number, answer in enumerate(answers):
        name = f"images/page-{number}.png"
        image_of(number, paper).save(folder / name)
        messages = [
            {"role": "user", "content": f"<image>{QUESTION}"},
            {"role": "assistant", "content": answer},
        ]
        lines.append(json.dumps({"messages": messages, "images": [name]}, ensure_ascii=False))
    path = folder / "chat.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
