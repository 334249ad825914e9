"""The diff is one that `patch` takes, and as fast as reading."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest

from octoregistry.merging.diff import diff


def edited(rng: random.Random, lines: list[str]) -> list[str]:
    lines = list(lines)
    for _ in range(rng.randrange(6)):
        place = rng.randrange(len(lines) + 1)
        match rng.randrange(3):
            case 0:
                lines.insert(place, rng.choice(["new\n", "same\n", "once\n"]))
            case 1:
                del lines[place : place + rng.randrange(1, 3)]
            case 2:
                lines[place : place + 1] = ["other\n"]
    return lines


@pytest.mark.parametrize("seed", range(60))
def test_patch_makes_the_new_text_of_the_old_one(tmp_path: Path, seed: int) -> None:
    """Random edits of texts with many equal lines, with and without an end of the last line."""
    rng = random.Random(seed)  # noqa: S311 - a text, no secret
    old = [rng.choice(["same\n", "and:\n", f"line {n}\n", f"part {n}:\n"]) for n in range(rng.randrange(40))]
    new = edited(rng, old)
    before, after = ("".join(lines).removesuffix(rng.choice(["", "\n"])) for lines in (old, new))
    (tmp_path / "models.yaml").write_text(before)

    made = diff(before, after)

    assert bool(made) == (before != after)
    if made:
        subprocess.run(["patch", "-s", "-p1"], input=made, text=True, cwd=tmp_path, check=True)  # noqa: S607
        done = tmp_path / "models.yaml"
        assert (done.read_text() if done.exists() else "") == after


def test_a_change_of_every_one_of_two_thousand_models_takes_no_time() -> None:
    """difflib alone takes minutes: most lines of a registry stand in it many times."""
    lines = [line for n in range(2000) for line in (f"  model-{n}:\n", *(f"    same {k}\n" for k in range(14)))]
    new = ["    changed\n" if place % 15 == 7 else line for place, line in enumerate(lines)]
    started = time.process_time()
    made = diff("".join(lines), "".join(new))
    assert made.count("\n+    changed") == 2000
    assert time.process_time() - started < 10


def test_equal_texts_have_no_diff_and_a_last_line_without_an_end_is_told() -> None:
    """As `git apply` wants it."""
    assert diff("a\n", "b", "models.yaml") == (
        "--- a/models.yaml\n+++ b/models.yaml\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n"
    )
    assert not diff("a:\n  b\n", "a:\n  b\n")
