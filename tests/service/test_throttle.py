"""Wrong secrets are looked at a few at a time, by address and in all."""

from __future__ import annotations

from octoregistry.service.http.throttle import Throttle


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_address_has_ten_at_once_and_one_back_in_two_seconds() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [throttle.attempt("a") for _ in range(12)] == [0] * 10 + [2, 2]
    clock.now = 2.0
    assert [throttle.attempt("a"), throttle.attempt("a")] == [0, 2]
    assert throttle.attempt("b") == 0


def test_who_comes_from_many_addresses_gains_little() -> None:
    """A client may write any address into X-Forwarded-For."""
    throttle = Throttle(Clock())
    assert sum(throttle.attempt(f"10.0.{n // 250}.{n % 250}") == 0 for n in range(20_000)) == 20
    assert throttle.attempt("10.0.0.9") > 0
    assert throttle.attempt("10.9.9.9", right=True) == 0, "they do not lock the owner out"


def test_a_wrong_one_counts_at_its_address_where_the_count_of_all_refuses() -> None:
    """From four addresses at 1,000 guesses a second: the right one would have passed at 53 of 60 seconds."""
    clock = Clock()
    throttle = Throttle(clock)
    passed = 0
    for guess in range(60_000):
        clock.now += 0.001
        throttle.attempt(f"10.0.0.{guess % 4}")
        if guess % 1000 == 999:
            passed += throttle.attempt(f"10.0.0.{(guess + 1) % 4}", right=True) == 0
    assert passed <= 1


def test_the_address_that_was_first_seen_is_forgotten_first() -> None:
    """Not all of them at once: who comes from ever new addresses gives no other one its attempts back."""
    throttle = Throttle(Clock())
    for n in range(9_000):
        throttle.attempt(f"10.0.{n // 250}.{n % 250}")
    for _ in range(10):
        throttle.attempt("192.0.2.1")
    for n in range(5_000):
        throttle.attempt(f"10.1.{n // 250}.{n % 250}")
    assert throttle.attempt("192.0.2.1", right=True) > 0


def test_an_owner_of_many_ipv6_addresses_is_one() -> None:
    throttle = Throttle(Clock())
    assert sum(throttle.attempt(f"2001:db8::{n:x}") == 0 for n in range(15)) == 10


def test_a_secret_that_is_right_costs_nothing() -> None:
    throttle = Throttle(Clock())
    for _ in range(100):
        assert throttle.attempt("a", right=True) == 0
