# SPDX-License-Identifier: GPL-2.0-or-later
"""Results as the lab's cases print them: `ok WHAT` or `not ok WHAT`, each at once."""

import contextlib
import traceback

_failed = []


def ok(what):
    print('ok', what, flush=True)


def not_ok(what, *more):
    _failed.append(what)
    print('not ok', what, *more, flush=True)


def equal(what, wanted, seen):
    if wanted == seen:
        ok(what)
    else:
        not_ok(f'{what} (wanted {wanted!r}, got {seen!r})')


def true(what, answer, *more):
    if answer:
        ok(what)
    else:
        not_ok(what, *more)


@contextlib.contextmanager
def step(what):
    """Passes if nothing in it fails; what follows it goes on."""
    try:
        yield
    except Exception:  # whatever it was: it is told, and the other steps still have their say
        print(traceback.format_exc(), flush=True)
        not_ok(what)
    else:
        ok(what)


def status():
    return 1 if _failed else 0
