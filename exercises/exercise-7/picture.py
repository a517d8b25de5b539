"""The picture of this exercise, drawn from shapes. `python picture.py` writes picture.pgm again."""

from pathlib import Path

import torch
from torch import Tensor

SIDE = 64  # cells; MAX below is white
MAX = 255
FILE = Path(__file__).with_name("picture.pgm")


def drawn() -> Tensor:
    """Draw a square, a disc and a strip that gets lighter from left to right, on a dark ground."""
    row, column = torch.arange(SIDE).unsqueeze(1), torch.arange(SIDE)
    image = torch.full((SIDE, SIDE), 40)
    image[8:28, 6:30] = 200
    image[(row - 30) ** 2 + (column - 45) ** 2 <= 169] = 130
    image[42:58, 4:30] = 50 + 7 * torch.arange(26)
    return image


def pgm(image: Tensor) -> str:
    """Write an image as the text of a PGM file: two sizes, white, and the cells row by row."""
    rows = "\n".join(" ".join(map(str, row)) for row in image.tolist())
    return f"P2\n{image.shape[1]} {image.shape[0]}\n{MAX}\n{rows}\n"


def picture() -> Tensor:
    """Read the picture from its file, as a batch of one image with one channel."""
    _, width, height, _, *cells = FILE.read_text(encoding="ascii").split()
    return torch.tensor(list(map(float, cells))).reshape(1, 1, int(height), int(width))


if __name__ == "__main__":
    FILE.write_text(pgm(drawn()), encoding="ascii", newline="\n")
