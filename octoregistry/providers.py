"""The provider layer beside the rest: `octoregistry.providers` is `providers`, the package that is installed with this one."""

import sys

import providers
from providers import *  # noqa: F403 - for type checkers; at run time the module itself stands here

sys.modules[__name__] = providers
