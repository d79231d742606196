"""`/health` for whoever watches us, `/metrics` for Prometheus; on loopback only."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ivr.service.status import Status

Ask = Callable[[], Status]


def application(ask: Ask) -> web.Application:
    """The two pages.  `/health` is 200 while calls are served, also when its text says what is amiss: a restart
    would mend neither a bad book nor a lost Asterisk, and would cost the calls in progress.
    """
    registry = CollectorRegistry()
    registry.register(_Metrics(ask))

    async def health(_: web.Request) -> web.Response:
        status = ask()
        return web.json_response({"status": "ok" if status.healthy else "degraded", **asdict(status)})

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    application.add_routes([web.get("/health", health), web.get("/metrics", metrics)])
    return application


class _Metrics(Collector):
    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def collect(self) -> Iterator[Metric]:
        status = self._ask()
        yield GaugeMetricFamily("ivr_calls", "Calls in progress", value=status.calls)
        ended = CounterMetricFamily("ivr_calls_ended", "Calls ended, by how", labels=["ending"])
        for ending, count in status.endings.items():
            ended.add_metric([ending], count)
        yield ended
        yield GaugeMetricFamily("ivr_exchange_up", "Link to Asterisk", value=status.exchange_problem is None)
        yield CounterMetricFamily("ivr_exchange_reconnects", "Links made anew to Asterisk", value=status.reconnects)
        yield GaugeMetricFamily("ivr_book_reload_ok", "Last reload of the book", value=not status.book_problems)
        yield GaugeMetricFamily("ivr_records_unsaved", "Records not yet in the ledger", value=status.unsaved_records)
        yield GaugeMetricFamily("ivr_crises", "Crises that are on", value=len(status.crises))
        yield GaugeMetricFamily("ivr_trunks_amiss", "Trunks that do not work", value=len(status.trunk_problems))
        yield GaugeMetricFamily("ivr_agents_logged_out", "Agents who missed calls", value=len(status.agent_problems))
        yield GaugeMetricFamily("ivr_mail_ok", "E-mails of messages are sent", value=status.mail_problem is None)
        yield GaugeMetricFamily("ivr_recording_ok", "Conversations are recorded", value=not status.recording_problem)
        yield GaugeMetricFamily("ivr_letters_waiting", "Notices not delivered yet", value=status.letters_waiting)
