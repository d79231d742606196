"""The controller: every room put together, from the first call to the last."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from ivr import secret
from ivr.app import (
    AMI_ACCOUNT,
    CALLER_ACCOUNT,
    DEPLOY_ACCOUNT,
    exchange,
    make_release,
    make_teller,
    password,
)
from ivr.asterisk import lamps as lamp
from ivr.asterisk import rings as ringing
from ivr.asterisk.agi_server import AgiServer, Attend
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.back_office import PATH as DUTY
from ivr.asterisk.back_office import BackOffice, Mail
from ivr.asterisk.holds import HOLD, UNHOLD, Holds
from ivr.asterisk.lamps import AmiLamps
from ivr.asterisk.loads import EVENTS as LOADS
from ivr.asterisk.loads import Loads
from ivr.asterisk.places import Places
from ivr.asterisk.recall_talk import Recalls
from ivr.asterisk.recalls import AmiExchange
from ivr.asterisk.reception import Reception
from ivr.asterisk.switch import AmiSwitch, live_channels
from ivr.asterisk.tapes import Tapes
from ivr.asterisk.tolls import EVENT, Tolls
from ivr.asterisk.trunk_lines import AmiTrunks
from ivr.asterisk.waits import JOIN, Waits
from ivr.book.shelf import Shelf
from ivr.collector import uncollected
from ivr.fittings import clock, make_mailer, make_vault
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.ledger.codes import CodeStore
from ivr.ledger.engine import at
from ivr.ledger.messages import MessageStore
from ivr.ledger.reading import Reader
from ivr.ledger.retention import keep
from ivr.ledger.store import Store
from ivr.ledger.witness import Witness
from ivr.reload import Reloader
from ivr.remote.http import Http
from ivr.remote.signature import key_of
from ivr.service.agents import Agents
from ivr.service.attend import Attendant
from ivr.service.crises import Crises
from ivr.service.delivery import Delivery
from ivr.service.desk import Office
from ivr.service.lamps import Lamps
from ivr.service.library import KeepingLibrary
from ivr.service.live import Live
from ivr.service.mailboxes import Mailboxes
from ivr.service.mailroom import Emails, Hooks, Mailroom
from ivr.service.nuisances import Nuisances
from ivr.service.overrides import Overrides
from ivr.service.pins import GuardedPins
from ivr.service.placer import Placer
from ivr.service.postbox import Postboxes
from ivr.service.rests import EVENTS, Rests
from ivr.service.spending import Spending
from ivr.service.status import Status
from ivr.service.summons import Summons
from ivr.service.trunks import Trunks
from ivr.settings import Settings
from ivr.voice.studio import Studio
from ivr.voice.teller import Telling
from ivr.web.agents import routes as agent_routes
from ivr.web.books import routes as book_routes
from ivr.web.codes import check_route
from ivr.web.crises import routes as crisis_routes
from ivr.web.health import application
from ivr.web.messages import routes as message_routes
from ivr.web.nuisances import routes as nuisance_routes
from ivr.web.overrides import routes as override_routes
from ivr.web.trunks import routes as trunk_routes

log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """The controller, until SIGTERM or SIGINT.  SIGHUP takes up the book as it is on disk then."""
    own = secret.derive(settings.secret, f"ami:{AMI_ACCOUNT}")  # told before minutes of baking, if there is none
    shelf = Shelf(settings.state / "books")
    with uncollected():
        library = await asyncio.to_thread(
            KeepingLibrary, lambda directory: make_release(settings, directory), settings.book, shelf
        )
    live = Live()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as stack:
        ledger = Store.at(settings.ledger)
        await asyncio.to_thread(ledger.open)
        stack.callback(ledger.close)
        tolls, rings, holds = Tolls(), ringing.Rings(), Holds()
        link = AmiLink("127.0.0.1", settings.ami_port, AMI_ACCOUNT, own)
        places = Places(link)
        link.on_event(EVENT, tolls.hear)
        link.on_event(ringing.EVENT, rings.hear)
        for name in (HOLD, UNHOLD):
            link.on_event(name, holds.hear)
        cabinet = await asyncio.to_thread(Cabinet, settings.cabinet, settings.ledger)
        stack.callback(cabinet.close)
        nuisances = Nuisances(cabinet, live, clock(settings))
        link.on_event(EVENT, nuisances.hear)
        lines = AmiTrunks(link)
        spending = Spending(lambda: library.current.book, cabinet, lines, lambda: datetime.now(UTC))
        link.on_event(EVENT, spending.hear)
        link.on_resync(lambda entries: spending.still({one.unique_id for one in live_channels(entries)}))
        reloader = Reloader(
            library,
            lambda: exchange(library.current.book, library.current.voice, settings, cabinet.duties()),
            settings.asterisk_conf,
            lambda: link_of(settings, DEPLOY_ACCOUNT),
        )
        agents = Agents(
            lambda: library.current.book.phones, lambda: library.current.book.served, cabinet, reloader.tell_asterisk
        )
        rests = Rests(
            lambda: library.current.book.queues,
            cabinet.duties,
            lambda agent: agents.order(agent, "logout"),
            AmiSwitch(link),
        )
        loads = Loads(link, lambda: library.current.book.queues)
        for heard in LOADS:
            link.on_event(heard, loads.hear)
        waits = Waits(loads, AmiSwitch(link), lambda: library.current.book.queues)
        link.on_event(JOIN, waits.hear)
        for heard in EVENTS:
            link.on_event(heard, rests.hear)
        link.on_resync(lambda _: rests.look())

        vault = make_vault(settings)
        vault.refusals, vault.in_progress = AmiSwitch(link), live.ids
        tapes = Tapes(AmiSwitch(link), vault.told)
        link.on_event(EVENT, tapes.hear)
        messages = MessageStore(settings.messages)
        mailboxes = Mailboxes(lambda: library.current.book.mailboxes, cabinet, messages, live.ids, clock(settings))
        postboxes = Postboxes(mailboxes, cabinet, lambda agent: library.current.book.boxes_of(agent))
        lamps = Lamps(
            postboxes,
            AmiLamps(lambda: link_of(settings, DEPLOY_ACCOUNT)),
            lambda: [agent for agent in library.current.book.agents if library.current.book.boxes_of(agent)],
        )
        mailboxes.on_change = lamps.changed
        link.on_resync(lambda _: lamps.forget())

        def phone_came(_: str, headers: Mapping[str, str]) -> None:
            if agent := lamp.arrived(headers):
                lamps.forget(agent)

        link.on_event(lamp.EVENT, phone_came)
        await stack.enter_async_context(link)
        codes = await asyncio.to_thread(CodeStore, settings.cabinet)
        stack.callback(codes.close)
        remote = await stack.enter_async_context(http(settings))
        pins = GuardedPins(lambda name: secret.derive(settings.secret, f"pin:{name}"), clock(settings))
        teller = make_teller(settings, lambda: library.current.book)
        stack.callback(teller.close)
        if library.current.book.says_values:
            await asyncio.to_thread(teller.warm)
        recordings = Studio(settings.recordings, messages.path)
        office = Office(
            *(cabinet, cabinet, remote, messages, codes, live, clock(settings), pins, recordings, teller, vault),
            queues=loads,
            summons=(summons := Summons(cabinet, cabinet, AmiSwitch(link), clock(settings))),
        )
        attendant = Attendant(library, ledger, live, office, clock(settings))
        callbacks = await asyncio.to_thread(CallbackStore, settings.cabinet)
        stack.callback(callbacks.close)
        trunks = Trunks(
            lambda: library.current.book.trunks,
            lambda trunk: not trunk.user or bool(password(settings, trunk)),
            lines,
        )
        mail = Mail(postboxes, teller, lamps.changed, lambda voice: Telling(voice, teller))
        calling = AmiExchange(link, lambda: link_of(settings, CALLER_ACCOUNT), places, loads, holds)
        placer = Placer(cabinet, callbacks, calling, ledger, lambda: library.current.book, clock(settings))
        reception = Reception(
            *(attendant.attend, tolls, clock(settings), rings, lambda voice: Telling(voice, teller)),
            *(places, tapes, holds, waits),
        )
        doors: dict[str, Attend] = {
            "call": reception,
            "callback": Recalls(placer.order, lambda: library.current.voice, clock(settings), places, calling.is_dead),
            DUTY: BackOffice(agents, library, tolls, mail),
        }
        server = await stack.enter_async_context(
            AgiServer(
                lambda session: doors[session.path](session),
                port=settings.agi_port,
                paths=tuple(doors),
                most=4 * settings.max_calls,
            )
        )
        crises = Crises(lambda: library.current.book.crises, cabinet, clock(settings))
        delivery = Delivery(cabinet, remote.deliver, lambda: library.current.book.sites)
        mailroom = Mailroom(cabinet, lambda: library.current.book.mailboxes, live.ids, changed=lamps.changed)
        emails = Emails(cabinet, messages, make_mailer(settings))
        hooks = Hooks(cabinet, messages, remote.deliver, lambda: library.current.book.sites)

        def status() -> Status:
            return Status(
                book=library.current.book.digest,
                book_problems=tuple(str(problem) for problem in library.problems),
                calls=len(live.calls),
                endings={ending.value: count for ending, count in live.endings.items()},
                exchange_problem=None if link.up else link.reason,
                reconnects=link.counts.reconnects,
                unsaved_records=ledger.waiting,
                letters_waiting=delivery.letters_waiting + hooks.letters_waiting,
                mail_problem=emails.problem,
                crises=crises.on(),
                trunk_problems=(*trunks.problems, *spending.problems),
                agent_problems=rests.problems,
                recording_problem=vault.problem,
            )

        pages = application(status)
        overrides = Overrides(lambda: library.current.book.calendars, cabinet, clock(settings))
        operator = secret.derive(settings.secret, "web:operator")
        pages.add_routes(override_routes(overrides, operator))
        pages.add_routes(crisis_routes(crises, operator))
        pages.add_routes(nuisance_routes(nuisances, operator))
        pages.add_routes(agent_routes(agents, operator))
        pages.add_routes(message_routes(mailboxes, operator))
        pages.add_routes(trunk_routes(trunks, spending, operator))
        pages.add_routes(book_routes(library, shelf, reloader.reload, reloader.tell_asterisk, operator))
        pages.add_routes(
            [check_route(lambda code: codes.check(code, clock(settings)()), secret.derive(settings.secret, "codes"))]
        )
        runner = web.AppRunner(pages, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", settings.http_port).start()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        loop.add_signal_handler(signal.SIGINT, stop.set)
        loop.add_signal_handler(signal.SIGHUP, reloader.asked.set)
        log.info("serving book=%s numbers=%s", library.current.book.digest, ",".join(library.current.book.services))
        watched = (settings.book / "dialplans", settings.book / "prompts", settings.recordings)
        async with asyncio.TaskGroup() as tasks:
            work = (
                reloader.run(),
                reloader.watch(*watched),
                ledger.mend(),
                delivery.run(),
                mailroom.run(),
                emails.run(),
                hooks.run(),
                mailboxes.keep(),
                lamps.run(),
                placer.run(),
                teller.run(),
                trunks.run(),
                rests.run(),
                waits.run(),
                summons.run(),
                spending.run(),
                keep(cabinet, messages, callbacks, vault, settings.keep_days),
                vault.run(),
                tapes.run(),
                Witness(settings.events, Reader(at(settings.ledger))).watch(),
            )
            chores = [tasks.create_task(chore) for chore in work]
            await stop.wait()
            for chore in chores:
                chore.cancel()
        log.info("stopping calls=%d drain=%gs", len(live.calls), settings.drain)
        await server.close(settings.drain)


def link_of(settings: Settings, account: str) -> AmiLink:
    """A link of an account that is logged in for a moment only."""
    return AmiLink("127.0.0.1", settings.ami_port, account, secret.derive(settings.secret, f"ami:{account}"))


def http(settings: Settings) -> Http:
    """What reaches the other systems, with their tokens and the keys by which letters to them are signed."""

    def token(name: str) -> str:
        return settings.token(name).read_text(encoding="ascii").strip()

    def key(site: str) -> str:
        return key_of(secret.derive(settings.secret, f"remote:{site}"))

    return Http(token, key)
