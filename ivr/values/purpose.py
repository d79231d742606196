"""What a number is for, as its owner declares it: the law forbids some purposes on some numbers."""

from enum import StrEnum


class Purpose(StrEnum):
    """A closed set, so that a rule of law can speak of each."""

    AFTER_SALES = "after-sales"
    COMPLAINTS = "complaints"
    WITHDRAWAL = "withdrawal"  # of a consumer from a contract
    ADMINISTRATION = "administration"  # a service of the State
    DISTRESS = "distress"  # help for people in need
    ENQUIRIES = "enquiries"  # directory enquiries, 118xxx
    CONNECTION = "connection"  # puts callers through to somebody else's number
    ACCESS_CODE = "access-code"
    ADULT = "adult"
    INFORMATION = "information"
    SALES = "sales"
    SUPPORT = "support"
    OPERATOR_HOTLINE = "operator-hotline"  # of a telecom operator, for its customers
    CHAT = "chat"
    GAME = "game"
    DONATION = "donation"
