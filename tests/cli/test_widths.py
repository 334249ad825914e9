"""On a terminal of 80, 100 or 160 columns no number, price or id is cut or broken: columns go in a stated order, words fold, or
the table becomes a list. `python -m tests.cli.test_widths` writes the snapshots anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from octoregistry.cli import cli
from octoregistry.cli.plan_tables import plan_tables
from octoregistry.cli.styled_tables import WideTable, print_styled
from octoregistry.planning.plan import Change, Plan, Reason, Verdict, WitnessPrice
from octoregistry.reading.rates import Evidence

WIDTHS = (80, 100, 160)
SNAPSHOTS = Path(__file__).parent / "snapshots"
TERMINAL = {"TTY_COMPATIBLE": "1", "NO_COLOR": "1", "TERM": "xterm"}
LONG = "acme/road-runner-ultra-flash-native-audio-preview-12-2025"
REGISTRY = """\
schema_version: 2
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: sol
    models:
      sol: {display_name: Sol, input_per_million: 2000.125, output_per_million: 10000.0, kind: chat, context_window: 1048576,
        retires_on: 2027-03-04, first_seen: 2026-01-01, rates: [
          {mode: standard, input: 3000.25, output: 19000.0},
          {mode: standard, from: 2026-03-01, seen_before: 2026-02-20, input: 4000.25, output: 20000.0, cached_input: 400.0125},
          {mode: standard, above_input_tokens: 200000, from: 2026-03-01, input: 8000.5, output: 30000.0, cached_input: 800.025},
          {mode: batch, from: 2026-03-01, input: 2000.125, output: 10000.0, cached_input: 200.00625, derived: true},
          {mode: flex, input: 2000.125, output: 10000.0}, {mode: priority, input: 8000.5, output: 40000.0}],
        source: {page: 'https://acme.example/a/long/way/to/the/page/of/prices', checked: 2026-11-01}}
      ID: {display_name: Road runner, input_per_million: 0.0000005, output_per_million: 0.0000005, kind: chat,
        rates: [{mode: standard, input: 0.000001, output: 0.000001}, {mode: batch, input: 0.0000005, output: 0.0000005}]}
defaults: {input_per_million: 1.0, output_per_million: 2.0, realtime_multiplier: 2.0}
""".replace("ID:", LONG.partition("/")[2] + ":")
LOG = "day,provider,model,mode,requests,input,output,cached_input,user\n" + "".join(
    f"2026-11-0{day},acme,{model},standard,1234567,987654321000,123456789000,111222333444,somebody-with-a-long-name\n"
    for day in (1, 2)
    for model in ("sol", LONG.partition("/")[2])
)
COMMANDS = {
    "price": "price acme/sol --at 2026-11-20",
    "models": "models --at 2026-11-20",
    "estimate": "estimate acme/sol --input 120000 --output 800 --requests 123456 --at 2026-11-20",
    "cheapest": "estimate --input 120000 --output 800 --requests 123456 --at 2026-11-20",
    "history": "history acme/sol",
    "moves": "history",
    "cost": "cost calls.csv",
    "cost-by-user": "cost calls.csv --by day,user,model",
    "config": "config guards",
}


def changes() -> Plan:
    """A plan with a new model, a long id, a move, a value of words, and something held."""
    evidence = Evidence("https://acme.example/prices", "T12R345C6", "$4,000.25 / 1M tokens")
    held = Verdict("hold", (Reason("moved", "moved ×8.00, the guard is ×3"),))
    said = (WitnessPrice("litellm", Decimal("4000.25"), date(2026, 11, 1)),)
    id_ = LONG.partition("/")[2]
    prices = {"input": "4000.25", "output": "20000.0", "cached_input": "400.0125", "cache_write_5m": "5000.3125"}
    new = [
        Change("acme", id_, "new_model", name, None, Decimal(usd), "standard", 200000, date(2026, 12, 1), vouches=said)
        for name, usd in prices.items()
    ]
    moved = [
        Change("acme", "sol", "price", "input", Decimal("500.125"), Decimal("4000.25"), "standard", 200000, None,
               evidence=evidence, verdict=held, contradicts=said),
        Change("acme", "sol", "metadata", "aliases", None, (LONG, "sol-latest", "sol-2026-11-01", "sol-preview-09-2026")),
    ]  # fmt: skip
    return Plan((*new, *moved))


def shown(folder: Path, words: str, width: int) -> str:
    """What a command prints on a terminal of that width, without the codes of colours."""
    (folder / "models.yaml").write_text(REGISTRY)
    (folder / "calls.csv").write_text(LOG)
    result = CliRunner().invoke(cli, words.split(), prog_name="octoregistry", env=TERMINAL | {"COLUMNS": str(width)})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return plain(result.stdout)


def plain(text: str) -> str:
    return "".join(line.rstrip() + "\n" for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines())


def whole(said: str, width: int, wide: str) -> None:
    """None; no line is wider than the terminal, nothing is cut, and each number and id stands so in the widest output."""
    for line in said.splitlines():
        assert len(line) <= width, line
        assert "…" not in line, line
    for piece in re.findall(r"(?:acme/)?road-[\w.-]*", said):
        assert piece in (LONG, LONG.partition("/")[2]), piece
    numbers = r"\$?\d[\d.,/-]*\d"
    assert set(re.findall(numbers, said)) <= set(re.findall(numbers, wide))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_fits_and_breaks_nothing(folder: Path, name: str, width: int) -> None:
    """As the snapshot has it."""
    said = shown(folder, COMMANDS[name], width)
    whole(said, width, shown(folder, COMMANDS[name], 1000))
    assert said == (SNAPSHOTS / f"{name}-{width}.txt").read_text(encoding="utf-8"), "python -m tests.cli.test_widths"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_plan_fits_and_breaks_nothing(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (TERMINAL | {"COLUMNS": "1000"}).items():
        monkeypatch.setenv(name, value)
    wide = plan_text(capsys)
    monkeypatch.setenv("COLUMNS", str(width))
    said = plan_text(capsys)
    whole(said, width, wide)
    assert said == (SNAPSHOTS / f"plan-{width}.txt").read_text(encoding="utf-8"), "python -m tests.cli.test_widths"


def plan_text(capsys: pytest.CaptureFixture[str]) -> str:
    for table in plan_tables(changes()):
        print_styled(table)
    return plain(capsys.readouterr().out)


@pytest.mark.parametrize("width", range(20, 60, 7))
def test_where_nothing_fits_each_row_is_a_list(width: int, folder: Path) -> None:
    """Ids and prices are whole on a telephone's terminal, too, as far as one of them fits a line."""
    said = shown(folder, COMMANDS["price"], width)
    for usd in ("4000.25", "20000.0", "400.0125", "8000.5", "200.00625"):
        assert re.search(rf"(?<![\d.]){re.escape(usd)}(?![\d.])", said)


def test_columns_go_in_the_order_that_the_table_states(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the reader is told which."""

    def printed(width: int) -> str:
        for name, value in (TERMINAL | {"COLUMNS": str(width)}).items():
            monkeypatch.setenv(name, value)
        table = WideTable("T", drops=("c", "b"))
        for heading in "abc":
            table.add_column(heading)
        table.add_row("1" * 30, "2" * 10, "3" * 20)
        print_styled(table)
        return plain(capsys.readouterr().out)

    assert "left out" not in printed(80)
    assert "left out for want of width: c; a wider terminal shows them" in printed(60)
    assert "c, b;" in printed(36).replace("\n", " ")
    assert "    b 2222222222; c\n" in printed(33)


@contextmanager
def _folder() -> Iterator[Path]:
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        before = Path.cwd()
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def _write() -> None:
    import contextlib
    import io
    import os

    SNAPSHOTS.mkdir(exist_ok=True)
    with _folder() as folder:
        for width in WIDTHS:
            for name, words in COMMANDS.items():
                (SNAPSHOTS / f"{name}-{width}.txt").write_text(shown(folder, words, width), encoding="utf-8")
            os.environ |= TERMINAL | {"COLUMNS": str(width)}
            with contextlib.redirect_stdout(io.StringIO()) as out:
                for table in plan_tables(changes()):
                    print_styled(table)
            (SNAPSHOTS / f"plan-{width}.txt").write_text(plain(out.getvalue()), encoding="utf-8")


if __name__ == "__main__":
    _write()
