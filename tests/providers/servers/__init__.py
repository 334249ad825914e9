"""Vendors on loopback, as far as their wire format is known: HTTP that the real SDKs talk to in the tests."""
