"""One reading of a book: all files, all problems, and only then a book or none.

Numbers, tariffs, calendars, agents, lists and flows come from ``dialplans/``, texts from ``prompts/<language>.yaml``.
"""

import hashlib
from collections.abc import Iterable, Set
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from ivr.book.advised import advised
from ivr.book.agents import AGENTS, WrittenAgent, wrong_agents
from ivr.book.book import LANGUAGE, Book
from ivr.book.bounds import bounds
from ivr.book.callbacks import wrong_numbers_shown
from ivr.book.ceilings import CEILINGS, WrittenCeiling, ceilings, wrong_names, wrong_prompts
from ivr.book.crises import CRISES, WrittenCrisis, too_long, with_crises, wrong_crises
from ivr.book.destinations import DESTINATIONS, WrittenDestination, wrong_destinations
from ivr.book.groups import GROUPS, WrittenGroup, wrong_groups
from ivr.book.hours import WrittenCalendar, wrong_calendars, wrong_exits
from ivr.book.languages import misnamed as misnamed_prompts
from ivr.book.languages import no_language, unspeakable, untold, whole
from ivr.book.lists import DEPARTMENTS, WrittenDepartment, lists, wants_departments, wrong_prefixes
from ivr.book.mailboxes import MAILBOXES, WrittenMailbox, wrong_mailboxes
from ivr.book.music import FOLDER, music, wrong_music
from ivr.book.nuisances import NUISANCE, WrittenNuisance, with_nuisances, wrong_policies
from ivr.book.nuisances import wrong_names as wrong_nuisances
from ivr.book.numbers import services
from ivr.book.owners import LAW, OWNERS, WrittenOff, WrittenOwner, wrong_owners, wrong_rules
from ivr.book.places import led_to, mark, node_marks, text
from ivr.book.problems import BadBook, Mark, Problem, did_you_mean, in_order
from ivr.book.queues import QUEUES, WrittenQueue, doors, queues, serving, wrong_keys, wrong_needs, wrong_queues
from ivr.book.remotes import WrittenRemote
from ivr.book.sales import unlawful_sales
from ivr.book.source import Source, files, no_book, read
from ivr.book.table import Anything, Table, either, misnamed
from ivr.book.tree import Mapping, Way, child
from ivr.book.trunks import TRUNKS, WrittenTrunk, wrong_trunks
from ivr.book.typed import typed, understood
from ivr.book.written import PromptText, WrittenNumber, WrittenTariff
from ivr.flow.across import across
from ivr.flow.check import Finding, findings, undefined
from ivr.flow.flow import Drawing, Flow
from ivr.flow.nodes import AnyNode
from ivr.flow.references import references
from ivr.values.routing import Routing

# Prompts that the house itself says, and so must exist in every book.
HOUSE_PROMPTS = ("fallback",)
T = TypeVar("T")
ANY_NODE: TypeAdapter[AnyNode] = TypeAdapter(AnyNode)
# By name; a flow that makes no sense as a whole has its name at least.
_Flows = dict[str, tuple[Flow | None, Source]]
_Texts = dict[str, Table[str]]  # by language


class Reading:
    """Collects problems from all files before it gives up."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._problems: list[Problem] = []
        self._digest = hashlib.sha256()
        self._sources: list[Source] = []

    def book(self) -> Book:
        """The book; raises :class:`BadBook`."""
        if not any((self._directory / part).is_dir() for part in ("dialplans", "prompts")):
            raise BadBook([no_book(self._directory)])
        numbers = self._table("dialplans/numbers.yaml", WrittenNumber)
        tariffs = self._table("dialplans/tariffs.yaml", WrittenTariff)
        calendars = self._table("dialplans/calendars.yaml", WrittenCalendar)
        agents = self._table(AGENTS, WrittenAgent)
        groups = self._table(GROUPS, WrittenGroup, needed=False)
        trunks = self._table(TRUNKS, WrittenTrunk, needed=False)
        beyond = self._table(DESTINATIONS, WrittenDestination, needed=False)
        queued = self._table(QUEUES, WrittenQueue, needed=False)
        remotes = self._table("dialplans/remotes.yaml", WrittenRemote, needed=False)
        boxes = self._table(MAILBOXES, WrittenMailbox, needed=False)
        departments = self._table(DEPARTMENTS, WrittenDepartment, needed=False)
        owners = self._table(OWNERS, WrittenOwner, needed=False)
        purses = self._table(CEILINGS, WrittenCeiling, needed=False)
        off = self._table(LAW, WrittenOff, needed=False)
        crises = self._table(CRISES, WrittenCrisis, needed=False)
        policies = self._table(NUISANCE, WrittenNuisance, needed=False)
        wrong_rules(off.names, lambda way, *said: self._say(mark(off.source, way), *said))
        listed = lists(self._directory, self._read, self._taken, self._problems)
        prompts = self._prompts()
        classes = music(self._directory, self._problems)
        self._taken(FOLDER, repr(classes))
        names = {
            "prompt": prompts[LANGUAGE].names,
            "language": frozenset(prompts),
            "calendar": calendars.names,
            "agent": either(agents.names, groups.names, beyond.names),
            "phone": agents.names,
            "trunk": either(agents.names, trunks.names),
            "queue": queued.names,
            "music": frozenset(classes),
            "remote": remotes.names,
            "list": frozenset(listed),
            "crisis": crises.names,
            "mailbox": boxes.names,
        }
        flows = self._flows()
        for flow, source in flows.values():
            self._links(flow, source, {**names, "flow": frozenset(flows)})
        self._found(wrong_crises(crises.good, numbers.names, {**names, "flow": frozenset(flows)}), crises.source)
        self._found(wrong_mailboxes(boxes.good, names), boxes.source)
        self._found(wrong_policies(policies.good, {**names, "flow": frozenset(flows)}), policies.source)
        self._found(wrong_nuisances(numbers.good, policies.names), numbers.source)
        outer = (trunks, beyond, boxes)
        for table in (tariffs, calendars, agents, groups, *outer, queued, remotes, owners, purses, crises, policies):
            self._found(misnamed(table.names), table.source)
        priced = {name: tariff.value(name) for name, tariff in tariffs.good.items()}

        def tell(way: Way, rule: str, message: str, hint: str) -> None:
            self._say(mark(numbers.source, way), rule, message, hint)

        wrong_owners(numbers.good, owners.names, tell)
        wrong_music(numbers.good, classes, tell)
        unspeakable(numbers.good, prompts, tell)
        wrong_names(numbers.good, purses.names, prompts[LANGUAGE].names, tell)
        self._found(wrong_prompts(purses.good, prompts[LANGUAGE].names), purses.source)
        ceiling = ceilings(purses.good, prompts[LANGUAGE].names)
        drawn = {name: flow for name, (flow, _) in flows.items()}
        held = bounds(self._directory, self._read, self._problems)
        served = {one.number: one for one in services(numbers.good, priced, tariffs.names, drawn, ceiling, held, tell)}
        self._found(wrong_agents(agents.good), agents.source)
        self._found(wrong_queues(queued.source, queued.good, names), queued.source)
        self._found(wrong_groups(groups.good, either(agents.names, beyond.names)), groups.source)
        taken = {"an agent": agents.names, "a group": groups.names}
        self._found(wrong_destinations(beyond.good, trunks.good, trunks.names, taken), beyond.source)
        self._found(wrong_trunks(trunks.good, {**taken, "a destination": beyond.names}), trunks.source)
        self._hours(calendars, flows, prompts)
        started = {number.flow for number in numbers.good.values()}
        started |= {name for one in (*crises.good.values(), *policies.good.values()) for name in led_to(one)}
        self._across(flows, started, departments)
        for name, finding in wrong_needs(drawn, queued.good, agents.good):
            self._find(finding, flows[name][1])
        if len(good := {name: flow for name, flow in drawn.items() if flow}) == len(flows):
            general = (*calendars.good.values(), *boxes.good.values())
            always = {*HOUSE_PROMPTS, *(name for one in general for to, name, _ in references(one) if to == "prompt")}
            self._problems.extend(untold(good, numbers.good, started, prompts, always))
        if any(problem.severity == "error" for problem in self._problems):
            raise BadBook(self._problems)
        served, guards, policy = with_nuisances(policies.good, numbers.good, served.values())
        served, fronts, whose = with_crises(crises.good, served)
        places = {name: mark(crises.source, (one,)) for name, one in whose.items()}
        places |= {name: mark(policies.source, (one,)) for name, one in policy.items()}
        fronts |= guards
        routing = Routing(
            {name: group.value(name) for name, group in groups.good.items()}, doors(queued.good), serving(queued.good)
        )
        drawing = Drawing({**{name: flow for name, flow in drawn.items() if flow}, **fronts}, routing)
        self._found(too_long(crises.good, served, prompts[LANGUAGE].good), crises.source)
        for told in (*unlawful_sales(served.values(), drawing), *wrong_numbers_shown(served.values(), drawing)):
            tell(*told)
        if any(problem.severity == "error" for problem in self._problems):
            raise BadBook(self._problems)
        self._unused(flows, drawing, {*fronts, *(service.flow.flow for service in served.values())})
        book = Book(
            services=served,
            calendars={name: calendar.value(name) for name, calendar in calendars.good.items()},
            tariffs=priced,
            bounds=held,
            lists=listed,
            departments=departments.good,
            agents=tuple(agents.good),
            phones={name: agent.phone for name, agent in agents.good.items()},
            lots={name: agent.lot for name, agent in agents.good.items()},
            music=classes,
            queues=queues(queued.good, drawing.flows.values(), agents.good),
            prompts={language: table.good for language, table in prompts.items()},
            digest="",
            warnings=in_order(self._problems),
            drawing=drawing,
            sites={name: remote.value(name) for name, remote in remotes.good.items()},
            owners={name: owner.value(name) for name, owner in owners.good.items()},
            switched_off={name: one.value() for name, one in off.good.items()},
            marks=node_marks(flows, fronts, places),
            crises={name: one.value(name, served) for name, one in crises.good.items()},
            trunks={name: one.value(name) for name, one in trunks.good.items()},
            destinations={name: one.value(name) for name, one in beyond.good.items()},
            mailboxes={name: one.value(name, routing.groups, agents.names) for name, one in boxes.good.items()},
        )
        whole = advised(book, self._directory, self._sources, self._read, HOUSE_PROMPTS)
        return replace(whole, digest=self._digest.hexdigest()[:16])  # of all that was read, also by the second reading

    def _read(self, path: Path) -> Source:
        source = read(path, self._directory, self._problems)
        self._taken(source.file, source.text)
        self._sources.append(source)
        return source

    def _taken(self, file: str, text: str) -> None:
        self._digest.update(f"{file}\0{text}\0".encode())

    def _table(self, name: str, model: type[T], *, needed: bool = True) -> "Table[T]":
        """A file that maps names to things of one kind.  What is sound in it is kept, and what is not has at least
        its name, so that one mistake is told once and not again wherever the name is used.
        """
        if not needed and not (self._directory / name).exists():
            return Table({}, frozenset(), Source(name, "", None))
        source = self._read(self._directory / name)
        if not isinstance(source.tree, Mapping):
            understood(dict[str, model], source, self._problems)  # type: ignore[valid-type]
            return Table({}, Anything(), source)
        good = understood(dict[str, model], source, self._problems)  # type: ignore[valid-type]
        if good is None:
            found = {key: typed(model, tree, "", []) for key, tree in source.tree.values.items()}
            good = {key: value for key, value in found.items() if value is not None}
        return Table(good, frozenset(source.tree.values), source)

    def _prompts(self) -> dict[str, "Table[str]"]:
        """The texts by language; a language is there when its file is."""
        written = files(self._directory / "prompts", "*.yaml")
        languages = {LANGUAGE, *(path.stem for path in written)}
        prompts: dict[str, Table[str]] = {}
        for language in sorted(languages):
            if not (wrong := list(no_language(language))):
                prompts[language] = self._table(f"prompts/{language}.yaml", PromptText)
            self._problems += wrong
        self._problems += misnamed_prompts(prompts, HOUSE_PROMPTS)
        return whole(prompts)

    def _flows(self) -> "_Flows":
        found: _Flows = {}
        written = files(self._directory / "dialplans" / "flows", "*.yaml")
        for path in written:
            source = self._read(path)
            flow = understood(Flow, source, self._problems)
            name = flow.flow if flow else text(source, "flow")
            if name in found:
                message = f'the flow "{name}" exists already, in {found[name][1].file}'
                self._say(mark(source, ("flow",)), "IVR211", message, "rename one")
                continue
            if name:
                found[name] = (flow, source)
        if not written:
            self._say(Mark("dialplans/flows"), "IVR212", "there is no flow", "write one: a file <name>.yaml")
        return found

    def _links(self, flow: Flow | None, source: Source, defined: dict[str, frozenset[str]]) -> None:
        nodes = child(source.tree, "nodes") if source.tree else None
        if flow is not None:
            found = findings(flow, defined)
        elif isinstance(nodes, Mapping):
            # Not all of it makes sense; what does can still be held against the rest.
            sound = {name: typed(ANY_NODE, tree, "", []) for name, tree in nodes.values.items()}
            kept = {name: node for name, node in sound.items() if node is not None}
            found = undefined(kept, {**defined, "node": frozenset(nodes.values)})
        else:
            return
        self._found(found, source)

    def _hours(self, calendars: "Table[WrittenCalendar]", flows: _Flows, prompts: _Texts) -> None:
        """Calendars in themselves, and what they and the flows say of each other."""
        drawn = {name: flow for name, (flow, _) in flows.items() if flow}
        whole = drawn if len(drawn) == len(flows) else None
        self._found(wrong_calendars(calendars.good, whole, prompts[LANGUAGE].names), calendars.source)
        for name, finding in wrong_exits(drawn, calendars.good):
            self._find(finding, flows[name][1])

    def _across(self, flows: _Flows, started: Set[str], departments: "Table[str]") -> None:
        """What is wrong between the flows, and what they want of the table of departments."""
        drawn = {name: flow for name, (flow, _) in flows.items() if flow}
        for name, finding in (*across(drawn, started), *wrong_keys(drawn)):
            self._find(finding, flows[name][1])
        self._found(wrong_prefixes(departments.names), departments.source)
        for name, flow in drawn.items():
            self._found(wants_departments(flow) if not departments.names else (), flows[name][1])

    def _unused(self, flows: _Flows, drawing: Drawing, served: Set[str]) -> None:
        reached = {place.flow for name in served for place in drawing.reachable(drawing.start(name))}
        for name, (_, source) in flows.items():
            if name not in reached:
                self._say(mark(source, ("flow",)), "IVR213", f'no number uses the flow "{name}"', severity="warning")

    def _found(self, found: Iterable[Finding], source: Source) -> None:
        for finding in found:
            self._find(finding, source)

    def _find(self, finding: Finding, source: Source) -> None:
        meant = did_you_mean(finding.name, finding.known, "known are") if finding.name else ""
        hint = "; ".join(filter(None, (meant, finding.hint)))
        self._say(mark(source, finding.way), finding.rule, finding.message, hint, finding.severity)

    def _say(self, mark: Mark, rule: str, message: str, hint: str = "", severity: str = "error") -> None:
        self._problems.append(
            Problem.at(mark, rule, message, hint, severity="warning" if severity == "warning" else "error")
        )
