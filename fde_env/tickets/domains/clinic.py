"""A clinic's front desk: appointments and patient administration."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="clinic",
    business="outpatient clinic",
    people=People(
        support="Patient services",
        data="Medical records office",
        learning="Clinical informatics",
        reviewers="head receptionists",
        software="reception software",
        background="Our telephone lines are full on Mondays, so more and more patients write.",
    ),
    products=(
        Topic("check-up", ("check-up", "health check", "yearly examination", "routine check")),
        Topic("blood test", ("blood test", "blood sample", "blood count", "lab test")),
        Topic("vaccination", ("vaccination", "flu shot", "jab", "immunisation")),
        Topic("x-ray", ("X-ray", "chest X-ray", "X-ray picture", "bone X-ray")),
        Topic("mri scan", ("MRI scan", "MRI", "scan in the tube", "magnetic scan")),
        Topic("physiotherapy", ("physiotherapy", "physio", "physical therapy", "rehab session")),
        Topic(
            "dental cleaning",
            ("dental cleaning", "tooth cleaning", "scale and polish", "hygienist visit"),
        ),
        Topic("eye test", ("eye test", "vision test", "eye examination", "sight test")),
        Topic("surgery", ("knee surgery", "operation", "surgery", "minor surgery")),
        Topic("skin screening", ("skin screening", "mole check", "skin check", "skin exam")),
        Topic("allergy test", ("allergy test", "prick test", "allergy check", "hay fever test")),
    ),
    problems=(
        Topic(
            "booking",
            (
                "I would like to book my {p}",
                "do you have a free slot for the {p}",
                "when is the earliest date for my {p}",
                "please put me on the list for the {p}",
                "how do I arrange my {p}",
                "I am told that I need the {p} soon",
            ),
        ),
        Topic(
            "postponement",
            (
                "I cannot come to my {p}",
                "please move my {p} to another day",
                "can the {p} be in the evening instead",
                "I have to postpone my {p}",
                "something came up, shift my {p}",
                "is a different time possible for the {p}",
            ),
        ),
        Topic(
            "cancellation",
            (
                "please cancel my {p}",
                "I no longer want the {p}",
                "take me off the schedule for my {p}",
                "I have decided against the {p}",
                "my {p} is not necessary any more",
                "give my place for the {p} to somebody else",
            ),
        ),
        Topic(
            "results",
            (
                "I have not got the result of my {p}",
                "what did the {p} show",
                "can you explain the findings of my {p}",
                "please send the report of the {p} to my doctor",
                "was anything wrong in my {p}",
                "where can I read the outcome of the {p}",
            ),
        ),
        Topic(
            "invoice",
            (
                "the invoice for my {p} is too high",
                "why was I charged for the {p}",
                "does my insurance cover the {p}",
                "you billed my {p} twice",
                "how much do I pay for the {p}",
                "I need a receipt for my {p}",
            ),
        ),
        Topic(
            "referral",
            (
                "do you want a referral for the {p}",
                "the doctor's note for my {p} has expired",
                "where do I hand in the slip for my {p}",
                "the letter for my {p} got lost in the post",
                "please write me a prescription for the {p}",
                "which form must be signed for my {p}",
            ),
        ),
        Topic(
            "preparation",
            (
                "may I eat before my {p}",
                "what should I bring to the {p}",
                "how do I get ready for my {p}",
                "must I stop my tablets before the {p}",
                "how long does the {p} last",
                "can I drive home after my {p}",
            ),
        ),
    ),
    vague_products=("appointment", "visit", "treatment", "session", "thing the nurse mentioned"),
    vague_problems=(
        "I have a question about my {p}",
        "please phone me about my {p}",
        "I am unsure about the {p}",
        "I need to talk to someone about my {p}",
    ),
    details=(
        "next week",
        "for my son",
        "with the new doctor",
        "for the second time",
        "because I have a cold",
        "as a new patient",
        "since Tuesday",
        "at the other site",
        "during my lunch break",
        "before we go abroad",
    ),
    replies=(
        "we have passed your message to the nurse",
        "please bring your insurance card",
        "could you tell us your date of birth",
        "the doctor is back on Thursday",
        "we will phone you today",
        "we are sorry about the long wait",
    ),
)
