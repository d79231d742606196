"""Asterisk's words for how an attempt ended, in ours, and ours for how a call ends, in the network's: three tables.

Sources: app_dial.c and app_queue.c of Asterisk 22, variables DIALSTATUS and QUEUESTATUS; ITU-T Q.850 (10/2018),
table 1, for the numbers, and hangup_cause2sip() of chan_pjsip.c for what an unanswered caller's network then sees.
"""

from ivr.flow.commands import Reached, Served
from ivr.values.cause import Cause

Q850: dict[Cause, int] = {
    Cause.BUSY: 17,  # 486
    Cause.CONGESTION: 34,  # 503
    Cause.REJECTED: 21,  # 403
    Cause.UNALLOCATED: 1,  # 404
    Cause.CHANGED: 22,  # 410
}
"""What is not here ends as a call without a cause of its own: 16 once answered, else 19, which gives 480."""

REFUSED = str(Q850[Cause.REJECTED])
"""HANGUPCAUSE of a phone that was told to decline (603; ast_sip_hangup_sip2cause), for which DIALSTATUS is CHANUNAVAIL
(app_dial.c, handle_cause): who presses that is there, and busy.  Not every softphone says 486."""

DIALSTATUS: dict[str, Reached] = {
    "ANSWER": Reached.TALKED,
    "BUSY": Reached.BUSY,
    "NOANSWER": Reached.NO_ANSWER,
    "CHANUNAVAIL": Reached.UNAVAILABLE,  # no phone registered
    "CONGESTION": Reached.CONGESTION,
    "DONTCALL": Reached.UNAVAILABLE,
    "TORTURE": Reached.UNAVAILABLE,
    "INVALIDARGS": Reached.UNAVAILABLE,
    "CANCEL": Reached.NO_ANSWER,  # the caller went while it rang; the hang-up itself comes on the wire
}

QUEUESTATUS: dict[str, Served] = {
    "CONTINUE": Served.TALKED,  # the agent has hung up
    "TIMEOUT": Served.TIMEOUT,
    "FULL": Served.FULL,
    "JOINEMPTY": Served.EMPTY,
    "JOINUNAVAIL": Served.EMPTY,
    "LEAVEEMPTY": Served.EMPTIED,
    "LEAVEUNAVAIL": Served.EMPTIED,
    "WITHDRAW": Served.EMPTIED,  # somebody took him out by hand
}
