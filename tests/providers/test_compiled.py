import json
from decimal import Decimal
from pathlib import Path

import pytest

from providers import compiled, registry, validated
from providers.registry import PACKAGED, load_registry, parse_registry


@pytest.fixture
def path(small, tmp_path):
    written = tmp_path / "models.yaml"
    written.write_text(small)
    return written


def forbid_reading(monkeypatch):
    def refuse(*_):
        raise AssertionError("the YAML was parsed although a copy of it is kept")

    monkeypatch.setattr(registry, "_loaded", {})
    monkeypatch.setattr(validated, "validated", refuse)


def test_the_shipped_copy_is_that_of_the_shipped_file():
    parsed = parse_registry(Path(PACKAGED).read_bytes())

    shipped = Path(PACKAGED).with_suffix(".json").read_text(encoding="utf-8")

    assert shipped == compiled.compiled(parsed.values, parsed.text_sha256), "run: python -m providers.compiled"


def test_the_copy_holds_plain_decimals(small):
    tiny = small.replace("cached_input: 0.2", "cached_input: 0.0000001")

    text = compiled.compiled(parse_registry(tiny).values, "0")

    assert '"cached_input":0.0000001' in text
    assert '"input":2.0,' in text
    assert json.loads(text, parse_float=Decimal)["registry"] == parse_registry(tiny).values


def test_the_second_process_reads_the_copy_and_gets_the_same(path, monkeypatch):
    first = load_registry(path)
    forbid_reading(monkeypatch)

    second = load_registry(path)

    assert second.values == first.values
    assert second.text_sha256 == first.text_sha256


def test_a_copy_of_other_bytes_is_not_used(path):
    load_registry(path)
    path.write_text(path.read_text().replace("display_name: Plain", "display_name: Other"))

    assert load_registry(path).model("acme", "plain").display_name == "Other"


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-20], lambda text: "", lambda text: text.replace("registry", "r")]
)
def test_a_torn_copy_is_not_used(path, monkeypatch, spoil):
    expected = load_registry(path).values
    copy = Path(compiled.in_cache(str(path)))
    copy.write_text(spoil(copy.read_text()))
    monkeypatch.setattr(registry, "_loaded", {})

    assert load_registry(path).values == expected


def test_a_registry_with_faults_is_never_compiled(path):
    path.write_text(path.read_text().replace("1.25", "-1.25"))

    with pytest.raises(registry.RegistryError):
        load_registry(path)
    assert not Path(compiled.in_cache(str(path))).exists()


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(path, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert len(load_registry(path)) == 2


def test_the_cache_holds_one_copy_a_file_and_nothing_half_written(path, monkeypatch):
    for name in ("One", "Two", "Three"):
        path.write_text(path.read_text().replace("Road", name))
        monkeypatch.setattr(registry, "_loaded", {})
        load_registry(path)

    assert [file.name for file in Path(compiled.in_cache(str(path))).parent.iterdir()] == [
        Path(compiled.in_cache(str(path))).name
    ]


def test_a_copy_is_written_beside_a_packaged_file_through_a_link(path, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(path)

    assert Path(compiled.write_beside(str(link))) == path.with_suffix(".json")
    assert compiled.find(str(link), load_registry(path).text_sha256) == load_registry(path).values
