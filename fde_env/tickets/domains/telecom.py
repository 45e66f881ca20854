"""A provider of mobile phone plans and home internet."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="telecom",
    business="mobile and internet provider",
    people=People(
        support="Customer care",
        data="Data warehouse",
        learning="Applied AI",
        reviewers="line leads",
        software="care console",
        background="A large part of our customers also write to us from our shops.",
    ),
    products=(
        Topic("mobile plan", ("mobile plan", "phone plan", "smartphone tariff", "calling plan")),
        Topic("prepaid sim", ("prepaid SIM", "pay-as-you-go SIM", "top-up card", "prepaid card")),
        Topic("esim", ("eSIM", "embedded SIM", "built-in SIM", "SIM without plastic")),
        Topic("broadband", ("broadband", "DSL line", "home internet", "copper line")),
        Topic("fibre line", ("fibre line", "fibre connection", "optical line", "glass fibre")),
        Topic("router", ("router", "wifi box", "wireless modem", "internet box")),
        Topic("tv package", ("TV package", "television bundle", "channel bundle", "set-top box")),
        Topic("landline", ("landline", "house phone", "fixed telephone", "home telephone")),
        Topic("roaming pass", ("roaming pass", "roaming pack", "pass for abroad", "holiday pass")),
        Topic("data booster", ("data booster", "data add-on", "extra data", "data refill")),
        Topic("voicemail", ("voicemail", "answering service", "voice mailbox", "phone mailbox")),
    ),
    problems=(
        Topic(
            "outage",
            (
                "my {p} is completely dead",
                "I cannot use my {p} at all",
                "the {p} has stopped working",
                "my {p} is down again",
                "there is an outage of the {p}",
                "the {p} will not come back on",
            ),
        ),
        Topic(
            "poor quality",
            (
                "my {p} is painfully slow",
                "the {p} drops every few minutes",
                "the quality of my {p} is poor",
                "my {p} keeps breaking up",
                "the {p} is nowhere near as good as promised",
                "I only get a weak signal with my {p}",
            ),
        ),
        Topic(
            "activation",
            (
                "please activate my {p}",
                "how do I set up my {p}",
                "my {p} was never switched on",
                "I need the code to start my {p}",
                "the {p} is not enabled yet",
                "what are the first steps with the {p}",
            ),
        ),
        Topic(
            "high bill",
            (
                "the bill for my {p} is too high",
                "you invoiced me twice for the {p}",
                "why did the {p} cost double this month",
                "I dispute the amount for my {p}",
                "there is an error in the price of my {p}",
                "I paid more than agreed for the {p}",
            ),
        ),
        Topic(
            "upgrade",
            (
                "I want to upgrade my {p}",
                "is there a better version of the {p}",
                "can I get more out of my {p}",
                "which larger option replaces my {p}",
                "my {p} is too small for us",
                "please swap the {p} for the premium one",
            ),
        ),
        Topic(
            "new owner",
            (
                "I want to hand my {p} over to my wife",
                "can my son take over the {p}",
                "please put the {p} in another name",
                "transfer my {p} to my partner",
                "the {p} should belong to my mother",
                "how do I change the owner of my {p}",
            ),
        ),
        Topic(
            "cancellation",
            (
                "I want to cancel my {p}",
                "please terminate my {p}",
                "how long is the notice period of my {p}",
                "I no longer need the {p}",
                "end my {p} as soon as possible",
                "how can I leave the {p}",
            ),
        ),
    ),
    vague_products=("contract", "order", "subscription", "line", "thing I got from you"),
    vague_problems=(
        "I am not happy with my {p}",
        "I have a question about my {p}",
        "something is odd with the {p}",
        "please check my {p}",
    ),
    details=(
        "at home",
        "in the office",
        "since the storm",
        "since last night",
        "for the second time this month",
        "after the engineer came",
        "on the train",
        "at weekends",
        "after we moved",
        "before my holiday",
    ),
    replies=(
        "we have run a test from our side",
        "please restart the device and try again",
        "an engineer will contact you tomorrow",
        "could you tell us your customer number",
        "your request has been forwarded",
        "we are sorry that you had to wait",
    ),
)
