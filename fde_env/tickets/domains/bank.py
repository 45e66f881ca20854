"""An online bank for private customers."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="bank",
    business="online bank",
    people=People(
        support="Support operations",
        data="Data platform",
        learning="Machine learning",
        reviewers="clerks",
        software="desk software",
        background="Most of our customers write from the app, often late in the evening.",
    ),
    products=(
        Topic("debit card", ("debit card", "bank card", "cash card", "everyday card")),
        Topic("credit card", ("credit card", "charge card", "Visa", "card with the credit line")),
        Topic("virtual card", ("virtual card", "digital card", "online-only card", "app card")),
        Topic("current account", ("current account", "main account", "checking account")),
        Topic("savings account", ("savings account", "saver", "savings pot", "rainy day fund")),
        Topic("mortgage", ("mortgage", "home loan", "house loan", "loan on our flat")),
        Topic("personal loan", ("personal loan", "cash loan", "small loan", "instalment loan")),
        Topic("direct debit", ("direct debit", "automatic bill payment", "monthly collection")),
        Topic("wire transfer", ("wire transfer", "payment abroad", "international transfer")),
        Topic("mobile wallet", ("mobile wallet", "phone wallet", "tap to pay", "wallet app")),
        Topic("cheque deposit", ("cheque deposit", "paid-in cheque", "scanned cheque", "cheque")),
    ),
    problems=(
        Topic(
            "declined",
            (
                "my {p} was declined",
                "you turned down my {p}",
                "the {p} keeps being refused",
                "my {p} got rejected",
                "the {p} did not go through",
                "I was told no for my {p}",
            ),
        ),
        Topic(
            "delayed",
            (
                "my {p} is taking far too long",
                "I am still waiting for my {p}",
                "my {p} has been pending for days",
                "nothing has happened with the {p} yet",
                "the {p} is late again",
                "when will my {p} finally be ready",
            ),
        ),
        Topic(
            "unexpected fee",
            (
                "you charged me for my {p}",
                "there is a fee on my {p} that I did not expect",
                "why does my {p} cost extra now",
                "I see a strange charge on the {p}",
                "nobody told me the {p} is not free",
                "money was taken for the {p}",
            ),
        ),
        Topic(
            "higher limit",
            (
                "I need a higher limit on my {p}",
                "the cap on my {p} is too low",
                "can you raise the maximum for my {p}",
                "my {p} only allows small amounts",
                "I want to go above the limit of the {p}",
                "please let me use more on my {p}",
            ),
        ),
        Topic(
            "cancellation",
            (
                "please close my {p}",
                "I want to cancel my {p}",
                "how do I get rid of my {p}",
                "I no longer need the {p}",
                "stop my {p} for good",
                "I would like to end the {p}",
            ),
        ),
        Topic(
            "details change",
            (
                "my {p} still shows the old address",
                "please update the name on my {p}",
                "the phone number for my {p} is wrong",
                "I moved and the {p} must be changed",
                "how do I edit my data for the {p}",
                "my surname on the {p} is out of date",
            ),
        ),
        Topic(
            "missing statement",
            (
                "I cannot find the statement for my {p}",
                "no paperwork came for my {p}",
                "where are the records of my {p}",
                "I need a document about my {p} for taxes",
                "the yearly summary of the {p} is missing",
                "please send me proof of my {p}",
            ),
        ),
    ),
    vague_products=("account", "service", "contract", "product", "thing from last week"),
    vague_problems=(
        "there is a problem with my {p}",
        "I have a question about my {p}",
        "something is wrong with the {p}",
        "please look at my {p}",
    ),
    details=(
        "at the supermarket",
        "while travelling",
        "since Monday",
        "since the last update",
        "for the third time",
        "before the weekend",
        "at the branch",
        "after I changed phones",
        "this morning",
        "right before payday",
    ),
    replies=(
        "we have passed this on to the back office",
        "please allow two working days",
        "could you send us the last four digits",
        "your request was booked under a new number",
        "the branch will call you back",
        "we are sorry for the trouble this has caused",
    ),
)
