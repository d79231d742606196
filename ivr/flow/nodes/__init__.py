"""THE ONE PLACE that lists the kinds of node.  A new kind is a file beside this one and its name in the union."""

from typing import Annotated

from pydantic import Field

from ivr.flow.nodes.ask import Ask
from ivr.flow.nodes.bye import Bye
from ivr.flow.nodes.callback import Callback
from ivr.flow.nodes.challenge import Challenge
from ivr.flow.nodes.crisis import Crisis
from ivr.flow.nodes.directory import Directory
from ivr.flow.nodes.forget import Forget
from ivr.flow.nodes.geo import Geo
from ivr.flow.nodes.hours import Hours
from ivr.flow.nodes.language import Language
from ivr.flow.nodes.leave import Leave
from ivr.flow.nodes.limit import Limit
from ivr.flow.nodes.list import List
from ivr.flow.nodes.lookup import Lookup
from ivr.flow.nodes.match import Match
from ivr.flow.nodes.menu import Menu
from ivr.flow.nodes.notify import Notify
from ivr.flow.nodes.nuisance import Nuisance
from ivr.flow.nodes.pass_ import Pass
from ivr.flow.nodes.pay_code import PayCode
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.recall import Recall
from ivr.flow.nodes.record import Record
from ivr.flow.nodes.remember import Remember
from ivr.flow.nodes.run import Run
from ivr.flow.nodes.say import Say
from ivr.flow.nodes.split import Split
from ivr.flow.nodes.studio import Studio
from ivr.flow.nodes.survey import Survey
from ivr.flow.nodes.switch import Switch
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.nodes.voicemail import Voicemail

KINDS = (
    Say,
    Menu,
    Hours,
    Transfer,
    Bye,
    Switch,
    Crisis,
    Ask,
    Forget,
    Geo,
    Language,
    Leave,
    Limit,
    List,
    Match,
    Pass,
    Recall,
    Remember,
    Run,
    Split,
    Callback,
    Lookup,
    Notify,
    PayCode,
    Record,
    Survey,
    Queue,
    Challenge,
    Nuisance,
    Studio,
    Voicemail,
    Directory,
)

AnyNode = Annotated[
    Say
    | Menu
    | Hours
    | Transfer
    | Bye
    | Switch
    | Crisis
    | Ask
    | Forget
    | Geo
    | Language
    | Leave
    | Limit
    | List
    | Match
    | Pass
    | Recall
    | Remember
    | Run
    | Split
    | Callback
    | Lookup
    | Notify
    | PayCode
    | Record
    | Survey
    | Queue
    | Challenge
    | Nuisance
    | Studio
    | Voicemail
    | Directory,
    Field(discriminator="kind"),
]
