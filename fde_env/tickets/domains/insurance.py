"""An insurer's desk for policies and claims of private customers."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="insurance",
    business="insurance company",
    people=People(
        support="Claims office",
        data="Data management",
        learning="Analytics",
        reviewers="claims handlers",
        software="claims workbench",
        background="After a hailstorm we get as many messages in a day as in a quiet month.",
    ),
    products=(
        Topic("car insurance", ("car insurance", "motor policy", "car cover", "vehicle policy")),
        Topic(
            "contents insurance",
            (
                "contents insurance",
                "household policy",
                "contents cover",
                "cover for our belongings",
            ),
        ),
        Topic(
            "building insurance",
            (
                "building insurance",
                "house insurance",
                "buildings policy",
                "cover for roof and walls",
            ),
        ),
        Topic(
            "travel insurance",
            ("travel insurance", "trip cover", "holiday insurance", "journey policy"),
        ),
        Topic(
            "health insurance",
            ("health insurance", "medical cover", "hospital plan", "medical policy"),
        ),
        Topic("dental cover", ("dental cover", "dental plan", "tooth insurance", "dentist policy")),
        Topic("life insurance", ("life insurance", "life cover", "life policy", "term life plan")),
        Topic(
            "liability cover",
            ("liability cover", "third-party cover", "liability policy", "personal liability"),
        ),
        Topic(
            "legal cover",
            ("legal cover", "lawyer insurance", "legal expenses policy", "legal aid plan"),
        ),
        Topic("pet insurance", ("pet insurance", "dog cover", "cat insurance", "animal policy")),
        Topic("bike insurance", ("bike insurance", "bicycle cover", "e-bike policy", "bike cover")),
    ),
    problems=(
        Topic(
            "claim refused",
            (
                "the claim on my {p} was turned down",
                "you refused to pay under my {p}",
                "why was I denied help from the {p}",
                "your letter says my {p} does not apply",
                "the {p} rejected my damage",
                "I object to the decision on my {p}",
            ),
        ),
        Topic(
            "late payout",
            (
                "the payout from my {p} has not arrived",
                "I am still waiting for money from the {p}",
                "when will my {p} finally pay",
                "the settlement of my {p} drags on",
                "weeks have passed without a transfer from the {p}",
                "how much longer until my {p} reimburses me",
            ),
        ),
        Topic(
            "new claim",
            (
                "I want to report a loss to my {p}",
                "how do I file a claim with the {p}",
                "something happened and I need my {p}",
                "please open a new case under the {p}",
                "which form do I fill in for my {p}",
                "I had an accident, please tell the {p}",
            ),
        ),
        Topic(
            "premium raised",
            (
                "my {p} got more expensive",
                "why did the premium for my {p} go up",
                "you raised the price of the {p}",
                "the yearly rate of my {p} jumped",
                "I cannot afford the increase on my {p}",
                "the {p} costs much more than last year",
            ),
        ),
        Topic(
            "scope",
            (
                "what exactly is included in my {p}",
                "am I protected abroad with the {p}",
                "does my {p} also count for my children",
                "tell me the exclusions of the {p}",
                "how large is the excess on my {p}",
                "up to which sum does the {p} help",
            ),
        ),
        Topic(
            "certificate",
            (
                "please send the certificate of my {p}",
                "I need written proof of my {p}",
                "where can I download the papers of my {p}",
                "my landlord asks for a confirmation of the {p}",
                "I lost the documents of my {p}",
                "could I have a copy of the {p}",
            ),
        ),
        Topic(
            "cancellation",
            (
                "I want to cancel my {p}",
                "please end my {p}",
                "how do I leave the {p}",
                "I do not wish to renew my {p}",
                "stop the {p} after this term",
                "my {p} is no longer needed",
            ),
        ),
    ),
    vague_products=("policy", "cover", "insurance", "contract", "matter we spoke about"),
    vague_problems=(
        "I have a question about my {p}",
        "there is trouble with my {p}",
        "please call me back about the {p}",
        "I do not understand my {p}",
    ),
    details=(
        "after the storm",
        "since the spring",
        "for the third time",
        "before my next trip",
        "as your adviser suggested",
        "since we had a baby",
        "after the break-in",
        "this week",
        "at my new address",
        "in the same month",
    ),
    replies=(
        "an assessor will look at your file",
        "please send us photos if you have any",
        "could you name the day on which it happened",
        "your letter has reached us",
        "we need about ten working days",
        "we are sorry to hear this",
    ),
)
