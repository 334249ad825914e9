from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from providers.exact import times, unscaled

PRICES = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=12)


@given(left=PRICES, right=PRICES)
def test_products_are_exact(left, right):
    assert Fraction(times(left, right)) == Fraction(left) * Fraction(right)


@given(total=st.integers(0, 10**60), places=st.integers(0, 40))
def test_a_whole_number_becomes_the_decimal_it_stands_for(total, places):
    assert Fraction(unscaled(total, places)) == Fraction(total, 10**places)
