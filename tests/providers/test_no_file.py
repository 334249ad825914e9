"""A registry that is no file is one true line, at once."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from providers import RegistryError, load_registry, parse_registry
from providers.registry import PACKAGED


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "folder": os.mkdir,
    "socket": _socket,
    "endless device": lambda path: path.symlink_to("/dev/zero"),
    "loop of links": lambda path: path.symlink_to(path.name),
    "memory": lambda path: path.symlink_to("/proc/self/mem"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_an_error_that_names_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "m.yaml"
    KINDS[kind](path)
    with pytest.raises(RegistryError) as said:
        load_registry(path)
    assert str(said.value).startswith(f"{path}: ")
    assert len(str(said.value).splitlines()) == 1


@pytest.mark.parametrize("price", ["0.0000000000000000001", "1E-19"])
def test_a_price_of_nothing_is_refused_however_it_is_written(price: str) -> None:
    text = Path(PACKAGED).read_text(encoding="utf-8").replace("input: 1.75", f"input: {price}", 1)
    with pytest.raises(RegistryError, match=r"rates\[0\].input"):
        parse_registry(text)


def test_a_second_document_behind_a_faulty_first_is_told_beside_its_faults() -> None:
    text = Path(PACKAGED).read_text(encoding="utf-8").replace("default_model: ", "default_model: x", 1)
    with pytest.raises(RegistryError) as said:
        parse_registry(f"{text}\n---\nproviders: {{}}\n")
    assert "default_model" in str(said.value)
    assert "a second document" in str(said.value)
