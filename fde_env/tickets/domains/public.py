"""A city's service desk for permits, cards and certificates."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="public",
    business="city administration",
    people=People(
        support="Citizens' office",
        data="Municipal statistics",
        learning="Digital services",
        reviewers="case officers",
        software="counter software",
        background="Many of our residents write in their second language and keep it short.",
    ),
    products=(
        Topic("passport", ("passport", "travel document", "passport booklet", "child's passport")),
        Topic("identity card", ("identity card", "ID card", "ID", "proof of identity")),
        Topic(
            "residence permit",
            ("residence permit", "residence card", "residence title", "permit to stay"),
        ),
        Topic(
            "birth certificate",
            ("birth certificate", "birth record", "certificate of birth", "birth document"),
        ),
        Topic(
            "driving licence",
            ("driving licence", "driver's licence", "licence to drive", "motorbike licence"),
        ),
        Topic(
            "parking permit",
            ("parking permit", "parking badge", "residents' parking card", "parking sticker"),
        ),
        Topic("bus pass", ("bus pass", "tram pass", "transit card", "public transport pass")),
        Topic("library card", ("library card", "reader's card", "library pass", "book card")),
        Topic(
            "nursery place",
            ("nursery place", "kindergarten place", "day care place", "place at the creche"),
        ),
        Topic(
            "building permit",
            ("building permit", "planning permission", "permit to build", "construction permit"),
        ),
        Topic("dog licence", ("dog licence", "dog registration", "dog tag", "dog permit")),
    ),
    problems=(
        Topic(
            "appointment",
            (
                "I need an appointment for my {p}",
                "there is no free slot for the {p}",
                "please move my visit about the {p}",
                "how do I book a time for my {p}",
                "I cannot come on the day set for the {p}",
                "which counter sees me about the {p}",
            ),
        ),
        Topic(
            "status",
            (
                "I have heard nothing about my {p}",
                "my application for the {p} is stuck",
                "how far along is my {p}",
                "weeks have gone by without my {p}",
                "is my {p} finished yet",
                "when can I expect the {p}",
            ),
        ),
        Topic(
            "requirements",
            (
                "which papers do I need for my {p}",
                "do you want a photo for the {p}",
                "is a copy enough to get my {p}",
                "what must I bring along for the {p}",
                "do I have to prove my income for the {p}",
                "tell me the conditions for the {p}",
            ),
        ),
        Topic(
            "fee",
            (
                "how much does the {p} cost",
                "the fee for my {p} seems too high",
                "can I pay for my {p} in cash",
                "you charged me twice for the {p}",
                "is there a discount on my {p}",
                "I got a bill for my {p}",
            ),
        ),
        Topic(
            "loss",
            (
                "I lost my {p}",
                "my {p} was stolen",
                "I cannot find my {p} anywhere",
                "somebody took my {p}",
                "the {p} has disappeared",
                "my {p} is gone and I want it replaced",
            ),
        ),
        Topic(
            "renewal",
            (
                "my {p} expires soon",
                "please renew my {p}",
                "how do I extend the {p}",
                "the {p} is no longer valid",
                "my {p} runs out next month",
                "I would like to keep the {p} for another year",
            ),
        ),
        Topic(
            "mistake",
            (
                "there is a mistake on my {p}",
                "the {p} has the wrong address",
                "please correct my {p}",
                "my surname is misspelled on the {p}",
                "the date on my {p} is not right",
                "you mixed up the data for the {p}",
            ),
        ),
    ),
    vague_products=("application", "form", "request", "case", "thing I asked for in person"),
    vague_problems=(
        "I have a question about my {p}",
        "I need help with my {p}",
        "something is wrong with the {p}",
        "whom can I ask about my {p}",
    ),
    details=(
        "at the town hall",
        "since we moved here",
        "before the school holidays",
        "for the second time",
        "since the beginning of the year",
        "after my wedding",
        "in my district",
        "as your letter says",
        "on behalf of my mother",
        "this week",
    ),
    replies=(
        "your message has reached the right department",
        "please allow up to four weeks",
        "could you tell us your file number",
        "the office is closed on Wednesdays",
        "we will answer you by post",
        "we ask for your patience",
    ),
)
