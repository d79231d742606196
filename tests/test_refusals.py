"""What a book cannot be taken up for, beside what is written in it: sounds, disks, faults of ours, Asterisk."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.app import bake_book
from ivr.asterisk import provision
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.trunks_conf import Line
from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.reload import Reloader
from ivr.service.library import Library, Release
from ivr.settings import Settings, settings
from ivr.values.queue import Queue
from tests.asterisk.fake_ami import FakeAmi, lists, says
from tests.asterisk.mirror import dial_plan, mirrors, queue_status
from tests.asterisk.test_provision import EXCHANGE
from tests.conftest import laid
from tests.terminal.calls import write_book


@pytest.fixture
def configured(tmp_path: Path) -> Settings:
    """A small book, and a state of its own."""
    found = settings({"IVR_BOOK": str(write_book(tmp_path / "book")), "IVR_STATE": str(tmp_path / "state")})
    return replace(found, sounds=tmp_path / "sounds")


def refused(configured: Settings) -> list[str]:
    with pytest.raises(BadBook) as refusal:
        bake_book(read_book(configured.book), configured, configured.book)
    return [f"{one.file}:{one.line} {one.rule} {one.message}" for one in refusal.value.problems]


def test_a_recording_that_is_no_sound_refuses_the_book(configured: Settings, prepared: Path) -> None:
    """The sentence names the file."""
    laid(prepared / "sounds", configured.sounds)
    recording = configured.book / "prompts" / "fr" / "bye.wav"
    recording.parent.mkdir()
    recording.write_bytes(b"RIFF")

    (found,) = refused(configured)

    assert found == "prompts/fr/bye.wav:1 IVR301 the recording is damaged or not a WAV file"


def test_sounds_that_cannot_be_kept_refuse_the_book(configured: Settings) -> None:
    """A full disk, or a file where the folder should be."""
    configured.sounds.write_text("no folder")

    (found,) = refused(configured)

    assert found.startswith(f"{configured.sounds}:1 IVR302 the sounds cannot be kept")


def reloader(configured: Settings) -> tuple[Library, Reloader]:
    """A library that reads the book without its sounds, and what reloads it."""
    library = Library(lambda: Release(read_book(configured.book), {}))

    def told() -> provision.Exchange:
        raise ValueError("agent Zoé has no such name")

    def link() -> AmiLink:
        raise AssertionError("nothing is told to Asterisk")

    return library, Reloader(library, told, configured.asterisk_conf, link)


async def test_a_fault_of_ours_in_reading_is_told_and_changes_nothing(
    configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old book stays in force, and the next edit is looked at."""
    library, reloading = reloader(configured)
    before = library.current

    def broken(_: Library) -> bool:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(Library, "reload", broken)

    assert not await reloading.reload()
    assert library.current is before
    assert [f"{one.rule} {one.message}" for one in library.problems] == [
        "IVR303 the book was not read: RuntimeError('out of paper')"
    ]


async def test_a_book_of_which_asterisk_was_not_told_is_in_force_all_the_same(configured: Settings) -> None:
    """Callers of the numbers that it knows are served by the new book."""
    library, reloading = reloader(configured)

    assert await reloading.reload()
    assert [f"{one.rule} {one.message}" for one in library.problems] == [
        "IVR304 Asterisk was not told of the book: agent Zoé has no such name"
    ]


async def test_what_asterisk_does_not_take_up_leaves_the_earlier_book_and_settings(configured: Settings) -> None:
    """The files are those from before, and Asterisk has read them again."""
    trunks = configured.book / "dialplans" / "trunks.yaml"
    library = Library(lambda: Release(read_book(configured.book), {}))
    async with FakeAmi() as asterisk:
        asterisk.answers["reload"] = says("Success", "Module Reloaded")
        asterisk.answers |= mirrors(configured.asterisk_conf)
        asterisk.answers["pjsipshowendpoint"] = says("Error", "Unable to retrieve endpoint second")

        def told() -> provision.Exchange:
            lines = tuple(Line(trunk) for trunk in library.current.book.trunks.values())
            return replace(EXCHANGE, numbers=tuple(library.current.book.services), trunks=lines)

        def link() -> AmiLink:
            return AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret)

        reloading = Reloader(library, told, configured.asterisk_conf, link)
        provision.write(provision.files(told()), configured.asterisk_conf)
        before, text = library.current, (configured.asterisk_conf / "pjsip.conf").read_text()
        trunks.write_text("second: {label: secours, host: 192.0.2.10}\n", encoding="utf-8")

        assert not await reloading.reload()
        assert library.current is before
        assert (configured.asterisk_conf / "pjsip.conf").read_text() == text
        assert [f"{one.rule} {one.message}" for one in library.problems] == [
            'IVR479 Asterisk refused it, the earlier settings stay: it did not take up "second": it does not know it'
        ]
        assert [order.get("Module") for order in asterisk.orders("Reload")].count("res_pjsip.so") == 2


async def test_an_asterisk_that_is_still_loading_is_told_once_it_has_loaded(configured: Settings) -> None:
    """It would put a reload off, and know none of what it is asked for then: a good book was refused."""
    library = Library(lambda: Release(read_book(configured.book), {}))
    async with FakeAmi(loaded=False) as asterisk:
        asterisk.answers["reload"] = says("Success", "Module Reloaded")
        asterisk.answers |= mirrors(configured.asterisk_conf)

        def told() -> provision.Exchange:
            return replace(EXCHANGE, numbers=tuple(library.current.book.services))

        def link() -> AmiLink:
            return AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret)

        before = replace(EXCHANGE, numbers=("0800000009",))
        provision.write(provision.files(before), configured.asterisk_conf)
        reloading = asyncio.ensure_future(Reloader(library, told, configured.asterisk_conf, link).reload())
        async with asyncio.timeout(10):
            while not asterisk.orders("CoreShowChannels"):  # noqa: ASYNC110 - the last before the link is up
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert asterisk.orders("Reload") == []
        asterisk.last.say({"Event": "FullyBooted", "Status": "Fully Booted"})

        assert await reloading
        assert asterisk.orders("Reload") != []


QUEUE = "parts: {label: pièces, agents: camille}\n"


async def taken(configured: Settings, asterisk: FakeAmi, queues: str) -> tuple[Library, bool, str]:
    """The library after a book with these queues, whether it was taken up, and queues.conf as it was before."""
    library = Library(lambda: Release(read_book(configured.book), {}))

    def told() -> provision.Exchange:
        served = tuple(library.current.book.queues.values())
        return replace(EXCHANGE, numbers=tuple(library.current.book.services), queues=served)

    def link() -> AmiLink:
        return AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret)

    provision.write(provision.files(told()), configured.asterisk_conf)
    before = (configured.asterisk_conf / "queues.conf").read_text()
    (configured.book / "dialplans" / "queues.yaml").write_text(queues, encoding="utf-8")
    return library, await Reloader(library, told, configured.asterisk_conf, link).reload(), before


async def test_settings_that_asterisk_refuses_to_read_leave_the_earlier_ones(configured: Settings) -> None:
    """Asterisk's own no is enough."""
    async with FakeAmi() as asterisk:
        asterisk.answers["reload"] = says("Error", "Module failed to reload")
        library, took, before = await taken(configured, asterisk, QUEUE)

        assert not took
        assert not library.current.book.queues
        assert (configured.asterisk_conf / "queues.conf").read_text() == before
        (told_of,) = library.problems
        assert (told_of.rule, told_of.message) == (
            "IVR479",
            "Asterisk refused it, the earlier settings stay: queues.conf (Module failed to reload)",
        )
        assert [order.get("Module") for order in asterisk.orders("Reload")] == ["app_queue.so"] * 2


async def test_a_queue_that_asterisk_has_otherwise_leaves_the_earlier_settings(configured: Settings) -> None:
    """It says that it has read them, but passed over an agent; the next try finds him."""
    async with FakeAmi() as asterisk:
        asterisk.answers["reload"] = says("Success", "Module Reloaded")
        entries = queue_status(provision.files(replace(EXCHANGE, queues=(Queue("parts", {}),)))["queues.conf"])
        asterisk.answers["queuestatus"] = lists("QueueParams", entries)
        library, took, before = await taken(configured, asterisk, QUEUE)

        assert not took
        assert not library.current.book.queues
        assert (configured.asterisk_conf / "queues.conf").read_text() == before
        assert [one.message for one in library.problems] == [
            "Asterisk refused it, the earlier settings stay: "
            'of the queue "parts" it has Strategy ringall, not leastrecent; '
            'of the queue "parts" it has other agents: camille'
        ]
        assert [order.get("Module") for order in asterisk.orders("Reload")] == ["app_queue.so"] * 2


async def test_a_queue_that_asterisk_has_as_it_should_is_in_force(configured: Settings) -> None:
    """Read back once; nothing is put back."""
    async with FakeAmi() as asterisk:
        asterisk.answers |= {"reload": says("Success", ""), **mirrors(configured.asterisk_conf)}
        library, took, _ = await taken(configured, asterisk, QUEUE)

        assert took
        assert list(library.current.book.queues) == ["parts"]
        assert library.problems == ()
        assert len(asterisk.orders("Reload")) == len(asterisk.orders("QueueStatus")) == 1


async def test_a_number_that_asterisk_has_not_leaves_the_earlier_settings(configured: Settings) -> None:
    """It would ring, and lead nowhere."""
    numbers = configured.asterisk_conf / "extensions_numbers.conf"
    async with FakeAmi() as asterisk:
        library = Library(lambda: Release(read_book(configured.book), {}))

        def told() -> provision.Exchange:
            more = ("0899000099",) if library.current.book.trunks else ()
            return replace(EXCHANGE, numbers=(*library.current.book.services, *more))

        def link() -> AmiLink:
            return AmiLink(asterisk.host, asterisk.port, asterisk.account, asterisk.secret)

        provision.write(provision.files(told()), configured.asterisk_conf)
        before = numbers.read_text()
        entries = dial_plan(before)
        asterisk.answers |= {"reload": says("Success", ""), "showdialplan": lists("ListDialplan", entries)}
        trunks = configured.book / "dialplans" / "trunks.yaml"
        trunks.write_text("second: {label: secours, host: 192.0.2.10}\n", encoding="utf-8")

        assert not await Reloader(library, told, configured.asterisk_conf, link).reload()
        assert numbers.read_text() == before
        assert [one.message for one in library.problems] == [
            "Asterisk refused it, the earlier settings stay: "
            'it has not "+33899000099" as it should [public]; it has not "0899000099" as it should [public]'
        ]
