"""Copies made in a hurry are those that would have been made at leisure."""

from copy import copy
from dataclasses import fields, replace

from ivr.flow.altered import altered
from ivr.flow.commands import Need, Play
from ivr.flow.consent import Consent
from ivr.flow.onlooker import Log


def test_a_copy_differs_in_what_is_said_and_the_first_is_left_alone() -> None:
    """As of dataclasses, frozen or not; what is not compared is there too."""
    play, log = Play(("welcome",), until="#", needs=Need.ANNOUNCED), Log(elapsed=2.0, keys=3)

    for one, change in ((play, {"phrase": ("bye",)}), (log, {"keys": 0, "rings": ["a"]})):
        before, made, meant = dict(vars(one)), altered(one, **change), replace(one, **change)
        assert type(made) is type(one)
        assert vars(made) == vars(meant)
        assert vars(one) == before
        assert {field.name for field in fields(made)} == vars(made).keys()


def test_a_plain_object_is_copied_with_all_that_was_set_on_it() -> None:
    """As a line, to which its news are given later."""
    consent = Consent()
    consent.heard = ("recorded",)

    assert vars(altered(consent)) == vars(copy(consent))
    assert altered(consent) is not consent
