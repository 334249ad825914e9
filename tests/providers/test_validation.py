import re
import time

import pytest

from providers.registry import RegistryError, parse_registry


def faults(text):
    with pytest.raises(RegistryError) as raised:
        parse_registry(text, "models.yaml")
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        kind: talking",
            r":11: .*'talking' is none of chat",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        first_seen: once",
            r":11: .*'once' is not a day",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        features: [flight]",
            r":11: .*'flight' is none of",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        modalities: {in: [text]}",
            r":11: .*unknown key",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        modalities: {input: [text, text]}",
            r":11: .*twice",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        facts_from: {price: x}",
            r":11: .*unknown key",
        ),
        ("{mode: batch, ", "{mode: batch, up_to_input_tokens: 0, ", r": .*0 is not a whole number from 1 up"),
        ("{mode: batch, ", "{mode: batch, above_input_tokens: 9, up_to_input_tokens: 9, ", r": .*no prompt is left"),
        ("{mode: batch, ", "{mode: batch, up_to_derived: true, ", r": .*no up_to_input_tokens"),
        ("{mode: batch, ", "{mode: batch, seen_before: 2026-01-01, ", r": .*goes with a `from`"),
        ("{mode: batch, ", "{mode: batch, from: 2026-01-01, seen_before: 2026-01-01, ", r": .*is not before from"),
        ("checked: 2026-09-04", "checked: 2026-09-04, via: hearsay", r": .*'hearsay' is not digest"),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        last_seen: {turbo: 2026-01-01}",
            r":11: .*unknown key",
        ),
        ("default_provider: acme", "schema_version: 3\ndefault_provider: acme", r":1: .*3 is no version"),
        (
            "output_per_million: 6.0",
            "output_per_milion: 6.0",
            r":12: .*road\.output_per_milion: unknown key: did you mean output_per_million",
        ),
        ("output_per_million: 6.0", "price: 6.0", r":12: .*road\.price: unknown key"),
        ("output_per_million: 6.0", "output_per_million: -6.0", r":12: .*road\.output_per_million: -6.0 is negative"),
        ("output_per_million: 6.0", "output_per_million: .nan", r":12: .*NaN is no price"),
        ("output_per_million: 6.0", "output_per_million: .inf", r":12: .*Infinity is no price"),
        ("output_per_million: 6.0", "output_per_million: '6.0'", r":12: .*'6.0' is text, not a number"),
        ("output_per_million: 6.0", "output_per_million: 6,0", r":12: .*'6,0' is text, not a number"),
        ("output_per_million: 6.0", "output_per_million: $6", r":12: .*'\$6' is text, not a number"),
        ("output_per_million: 6.0", "output_per_million: true", r":12: .*true is a yes-or-no, not a number"),
        ("output_per_million: 6.0", "output_per_million:", r":12: .*no value"),
        ("output_per_million: 6.0", "output_per_million: 6e-07", r":12: .*text to readers of YAML 1.1"),
        ("output_per_million: 6.0", "output_per_million: 06", r":12: .*is text, not a number"),
        ("output_per_million: 6.0", "output_per_million: 60000000", r":12: .*not plausible"),
        ("output_per_million: 6.0", "output_per_million: [6.0]", r":12: .*a list is not a number"),
        ("output_per_million: 6.0", "output_per_million: 7.0", r":12: .*7.0 contradicts the batch rate in force, 6.0"),
        ("batch_support: true", "batch_support: yes", r":13: .*'yes' is neither true nor false"),
        ("batch_support: true", "batch_support: false", r":13: .*false, but there are batch rates"),
        ("display_name: Road Runner", "display_name: 4.1", r":10: .*4.1 is not text: put it in quotes"),
        ("display_name: Road Runner", "display_name: 010", r":10: .*010 is a number or yes-or-no to some readers"),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        status: dead",
            r":11: .*'dead' is none of active",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        status: retired",
            r":6: .*default_model: road is retired",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        retires_on: soon",
            r":11: .*'soon' is not a day",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        context_window: 1.5",
            r":11: .*1.5 is not a whole number",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        realtime_multiplier: 0",
            r":11: .*0 would make every realtime call free",
        ),
        (
            "display_name: Road Runner",
            "display_name: Road Runner\n        realtime_multiplier: 3.0",
            r":11: .*give the model realtime_multiplier: 2$",
        ),
        (
            "display_name: Road Runner",
            "display_name: A\n        display_name: B",
            r":11: .*road\.display_name: duplicate key",
        ),
        ("default_model: road", "default_model: coyote", r":6: .*coyote is none of the provider's models"),
        ("default_model: road", "default_model: road-2026-01-01", r":6: .*write its id, not an alias"),
        (
            "default_provider: acme",
            "default_provider: acne",
            r":1: default_provider: acne is none of the providers: acme",
        ),
        ("env_var: ACME_KEY", "batch_discount: 50", r"batch_discount: 50 is not a share"),
        ("aliases: [road-2026-01-01]", "aliases: [plain]", r":14: .*plain is the id of a model"),
        ("aliases: [road-2026-01-01]", "aliases: road-1", r":14: .*is not a list: write \[road-1\]"),
        (
            "display_name: Plain",
            "display_name: Plain\n        aliases: [road-2026-01-01]",
            r":21: .*is an alias of road too",
        ),
        (
            "{mode: batch,",
            "{mode: bulk,",
            r":17: .*rates\[1\]\.mode: 'bulk' is none of standard, batch, flex, priority",
        ),
        ("{mode: batch,", "{", r":17: .*rates\[1\]\.mode: missing"),
        (
            "{mode: batch,",
            "{mode: standard,",
            r":17: .*rates\[1\]: the same mode, above_input_tokens, from, place and currency as rates\[0\]",
        ),
        (
            "{mode: batch,",
            "{mode: batch, form: 2026-01-01,",
            r":17: .*rates\[1\]\.form: unknown key: did you mean from",
        ),
        ("{mode: batch,", "{mode: batch, from: 2026-02-30,", r":17: .*'2026-02-30' is not a day"),
        ("{mode: batch,", "{mode: batch, above_input_tokens: 0,", r":17: .*0 is not a whole number from 1"),
        ("{mode: batch,", "{mode: batch, derived: 1,", r":17: .*1 is neither true nor false"),
        ("{mode: standard, input: 2.0", "{mode: standard, input: -2.0", r":16: .*rates\[0\]\.input: -2.0 is negative"),
        ("checked: 2026-09-04", "checked: 2026-9-4", r":18: .*source\.checked: '2026-9-4' is not a day"),
        ("defaults:\n", "defaults: 3\nx:\n", r": defaults: 3 is not a mapping"),
    ],
)
def test_a_fault_names_its_line_its_key_and_the_cure(small, old, new, said):
    assert old in small
    found = faults(small.replace(old, new, 1))

    assert [fault for fault in found if re.search(said, fault)], found


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines(small):
    broken = small.replace("env_var", "env_vra").replace("1.25", "-1.25").replace("{mode: batch", "{mode: bulk")
    broken = broken.replace("sdk: acme", "sdk: acme\n    sdk: acme")

    found = faults(broken)

    assert len(found) == 4
    assert [int(fault.split(":")[1]) for fault in found] == sorted(int(fault.split(":")[1]) for fault in found)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "3", "default_provider", "providers: {a: 1}"])
def test_a_file_that_is_no_registry_is_refused(text):
    assert faults(text)


def test_bytes_that_are_no_utf8_are_refused_with_their_line(small):
    with pytest.raises(RegistryError, match=r"models.yaml:2: not UTF-8: byte 0xff"):
        parse_registry(b"a: 1\n\xff", "models.yaml")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(small):
    windows = b"\xef\xbb\xbf" + small.replace("\n", "\r\n").encode()

    assert parse_registry(windows).values == parse_registry(small).values


def test_what_is_printed_of_a_strange_key_cannot_steer_a_terminal(small):
    found = faults(small + '"\\e[2Jx\\n": 1\n')

    assert all(line.isprintable() for line in found)


@pytest.mark.parametrize(
    "rates",
    [
        "[{mode: standard, input: 2.0, output: 9.0}, {mode: batch, input: 1.0, output: 6.0}]",  # neither fits
        "[{mode: standard, input: 2.0, output: 12.0}]",  # plain = standard ÷ multiplier
        "[{mode: standard, output_audio: 3.0}]",  # says nothing of the plain dimensions
        "[{mode: batch, from: 2999-09-05, input: 7.0, output: 7.0}, {mode: batch, input: 1.0, output: 6.0}]",  # later
        "[{mode: batch, input: 1.0, output: 6.0}, {mode: standard, from: 2027-01-01}]",  # from then on nothing is known
        "[{mode: batch, derived: true, input: 1, output: 6}]",
        "[]",
    ],
)
def test_plain_prices_may_differ_where_the_rates_are_the_truth(small, rates):
    start, end = small.index("        rates:"), small.index("        source:")

    priced = parse_registry(small[:start] + f"        rates: {rates}\n" + small[end:]).pricing("acme", "road")

    assert (priced.estimate_cost(10**6, 0), priced.estimate_cost(0, 10**6)) == (1.0, 6.0)  # as written


@pytest.mark.parametrize(
    "rates",
    [
        "[{mode: standard, input: 3.0, output: 12.0}]",
        "[{mode: batch, from: 2026-09-04, input: 7.0, output: 7.0}, {mode: batch, input: 1.0, output: 6.0}]",
        "[{mode: standard, input: 3.0, output: 18.0}, {mode: batch, input: 1.0, output: 6.0}]",
    ],
)
def test_plain_prices_that_contradict_the_rates_in_force_are_faults(small, rates):
    start, end = small.index("        rates:"), small.index("        source:")

    assert all("contradicts" in line for line in faults(small[:start] + f"        rates: {rates}\n" + small[end:]))


def test_a_model_without_batches_has_standard_divided_by_the_multiplier(small):
    start, end = small.index("        batch_support"), small.index("        source:")
    without = "        batch_support: false\n        rates: [{mode: standard, input: 2.0, output: 12.0}]\n"

    priced = parse_registry(small[:start] + without + small[end:]).pricing("acme", "road")

    assert priced.estimate_cost(10**6, 0, is_batch=False) == 2.0 == float(priced.cost(input=10**6))


def test_many_faults_are_found_in_reasonable_time(small):
    lines = "".join(
        f"      m{i}: {{display_name: 'x', input_per_million: -1, output_per_million: 1}}\n" for i in range(500)
    )
    started = time.process_time()

    assert len(faults(small.replace("defaults:\n", lines + "defaults:\n", 1))) == 500
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("standard", "batch", "demanded"),
    [((100, 0), (6, 0), None), ((3, 18), (1, 6), "3"), ((1, 6), (1, 6), "1"), ((3, 6), (1, 6), None)],
)
def test_only_a_multiplier_that_can_be_written_is_demanded(small, standard, batch, demanded):
    """100 ÷ 6 is no decimal, and no number gives 3 of 1 and 6 of 6: then the rates are the truth."""
    first, second = (f"input: {prices[0]}.0, output: {prices[1]}.0" for prices in (standard, batch))
    text = small.replace("input: 2.0, output: 12.0, cached_input: 0.2", first)
    text = text.replace("{mode: batch, input: 1.0, output: 6.0}", f"{{mode: batch, {second}}}")
    text = text.replace("input_per_million: 1.0", f"input_per_million: {batch[0]}.0", 1)
    text = text.replace("output_per_million: 6.0", f"output_per_million: {batch[1]}.0", 1)

    if demanded is None:
        priced = parse_registry(text).pricing("acme", "road")
        assert [priced.cost(input=10**6), priced.cost(output=10**6)] == list(standard)
    else:
        assert [fault.rpartition("give the model realtime_multiplier: ")[2] for fault in faults(text)] == [demanded]
