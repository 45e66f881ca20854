"""A travel agency that books trips online."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="travel",
    business="travel agency",
    people=People(
        support="Guest relations",
        data="Booking data",
        learning="Data science",
        reviewers="travel agents",
        software="booking desk",
        background="In the summer months most messages reach us from airports and beaches.",
    ),
    products=(
        Topic("flight", ("flight", "plane ticket", "air ticket", "seat on the plane")),
        Topic("hotel", ("hotel", "hotel room", "hotel stay", "room at the resort")),
        Topic(
            "package tour",
            ("package tour", "package holiday", "all-inclusive holiday", "all-in week"),
        ),
        Topic("rental car", ("rental car", "hire car", "car hire", "hired vehicle")),
        Topic("train ticket", ("train ticket", "rail ticket", "train seat", "railway journey")),
        Topic("cruise", ("cruise", "sea voyage", "cabin on the ship", "ship holiday")),
        Topic("airport transfer", ("airport transfer", "shuttle", "airport taxi", "shuttle bus")),
        Topic("day trip", ("day trip", "excursion", "sightseeing tour", "guided walk")),
        Topic("holiday flat", ("holiday flat", "holiday apartment", "beach house", "cottage")),
        Topic("visa", ("visa", "entry permit", "tourist visa", "travel permit")),
        Topic("gift voucher", ("gift voucher", "gift card", "travel voucher", "gift coupon")),
    ),
    problems=(
        Topic(
            "date change",
            (
                "I need to move my {p} to another date",
                "can I reschedule my {p}",
                "please make my {p} one week later",
                "other dates would suit me better for the {p}",
                "I cannot make the day of my {p}",
                "is it possible to postpone the {p}",
            ),
        ),
        Topic(
            "cancellation",
            (
                "I have to cancel my {p}",
                "please call off my {p}",
                "we can no longer use the {p}",
                "we fell ill, so drop the {p}",
                "how do I withdraw from my {p}",
                "I do not want the {p} any more",
            ),
        ),
        Topic(
            "refund",
            (
                "where is the refund for my {p}",
                "I want my money back for the {p}",
                "you still owe me the amount of the {p}",
                "nothing was paid back for my {p}",
                "how soon will my {p} be reimbursed",
                "please return what I spent on the {p}",
            ),
        ),
        Topic(
            "no confirmation",
            (
                "I never received a confirmation of my {p}",
                "no email came for the {p}",
                "is my {p} really booked",
                "the booking number of my {p} is missing",
                "I cannot see my {p} online",
                "please resend the papers for the {p}",
            ),
        ),
        Topic(
            "wrong name",
            (
                "my name is misspelled on the {p}",
                "please correct the spelling on my {p}",
                "the {p} still shows my maiden name",
                "you mixed up first and last name on my {p}",
                "the {p} is made out to the wrong person",
                "the passenger data of my {p} is not right",
            ),
        ),
        Topic(
            "double charge",
            (
                "I was charged twice for my {p}",
                "my account was billed two times for the {p}",
                "the price of my {p} was taken double",
                "there is a duplicate debit for the {p}",
                "one payment too many was made for the {p}",
                "why do I see my {p} again on my statement",
            ),
        ),
        Topic(
            "complaint",
            (
                "the {p} was a big disappointment",
                "my {p} was not as described",
                "I want to complain about my {p}",
                "we were treated badly with the {p}",
                "nobody knew anything about my {p} when we came",
                "the quality of my {p} was awful",
            ),
        ),
    ),
    vague_products=("booking", "reservation", "trip", "order", "thing we arranged"),
    vague_problems=(
        "I have a question about my {p}",
        "something is not right with my {p}",
        "please look into the {p}",
        "we need help with my {p}",
    ),
    details=(
        "for our honeymoon",
        "over Easter",
        "with two children",
        "because of the strike",
        "for the second time",
        "in August",
        "since yesterday",
        "with my parents",
        "right before departure",
        "as I said on the phone",
    ),
    replies=(
        "we have asked our partner on site",
        "please give us your travel dates",
        "could you send us the booking code",
        "we will come back to you before you leave",
        "your wish has been noted",
        "we regret the inconvenience",
    ),
)
