"""An online shop: orders, deliveries and returns."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="retail",
    business="online shop",
    people=People(
        support="Order service",
        data="Shop data",
        learning="Search and learning",
        reviewers="shift leads",
        software="order screen",
        background="Our busiest weeks are the ones before the holidays and the sales in July.",
    ),
    products=(
        Topic("winter coat", ("winter coat", "warm jacket", "parka", "padded coat")),
        Topic(
            "trainers",
            ("pair of trainers", "pair of sneakers", "pair of running shoes", "pair of gym shoes"),
        ),
        Topic("laptop", ("laptop", "notebook computer", "portable computer", "new computer")),
        Topic("washing machine", ("washing machine", "washer", "laundry machine", "front loader")),
        Topic("sofa", ("sofa", "couch", "settee", "sofa bed")),
        Topic(
            "coffee maker", ("coffee maker", "coffee machine", "espresso machine", "coffee brewer")
        ),
        Topic("headset", ("headset", "pair of headphones", "set of earbuds", "pair of earphones")),
        Topic("desk lamp", ("desk lamp", "reading light", "table lamp", "bedside lamp")),
        Topic("mattress", ("mattress", "foam mattress", "spring mattress", "bed topper")),
        Topic("toy set", ("toy set", "building kit", "box of toy bricks", "wooden toy train")),
        Topic("grill", ("garden grill", "barbecue", "charcoal grill", "gas grill")),
    ),
    problems=(
        Topic(
            "late delivery",
            (
                "my {p} has not been delivered",
                "where is the {p} I ordered",
                "the parcel with my {p} is overdue",
                "the tracking for my {p} does not move",
                "when will the {p} arrive",
                "I am still waiting for my {p}",
            ),
        ),
        Topic(
            "damage",
            (
                "my {p} came broken",
                "there are scratches on the {p}",
                "I unpacked the {p} in pieces",
                "a part of my {p} is cracked",
                "the box was crushed and the {p} is ruined",
                "my {p} was faulty from the start",
            ),
        ),
        Topic(
            "wrong item",
            (
                "I got something else instead of my {p}",
                "you sent the wrong colour of the {p}",
                "that is not the {p} I chose",
                "the size of my {p} is not what I picked",
                "you mixed up my {p} with another order",
                "the {p} is a different model from the picture",
            ),
        ),
        Topic(
            "return",
            (
                "I want to send back my {p}",
                "how do I return the {p}",
                "I need a label to post the {p} to you",
                "please collect the {p} that I do not like",
                "the {p} does not suit us and must go",
                "how many days may I try out the {p}",
            ),
        ),
        Topic(
            "refund",
            (
                "I still have no refund for the {p}",
                "when do I get my money for my {p}",
                "you have not paid me back for the {p}",
                "the credit for my {p} is missing",
                "my bank shows no repayment for the {p}",
                "please reimburse me for the {p}",
            ),
        ),
        Topic(
            "warranty",
            (
                "is my {p} still under warranty",
                "the {p} gave up after a few months",
                "how do I use the guarantee on my {p}",
                "I need a repair of my {p}",
                "I am looking for a spare part for my {p}",
                "who fixes the {p} for free",
            ),
        ),
        Topic(
            "order change",
            (
                "can I still alter my order of the {p}",
                "please ship the {p} to my office",
                "I typed an old address for my {p}",
                "I clicked too often and only want one {p}",
                "hold my {p} until I am home",
                "may I pay for the {p} in another way",
            ),
        ),
    ),
    vague_products=("order", "purchase", "article", "product", "thing from your newsletter"),
    vague_problems=(
        "there is a problem with my {p}",
        "I am not satisfied with my {p}",
        "please get in touch about the {p}",
        "I have a question about my {p}",
    ),
    details=(
        "for my daughter",
        "since last Friday",
        "for the third time",
        "as a birthday present",
        "from the summer sale",
        "at my neighbour's",
        "after two weeks",
        "this afternoon",
        "before we move",
        "although I am a regular customer",
    ),
    replies=(
        "we have asked the warehouse",
        "please send us a photo",
        "could you give us the order number",
        "the carrier will write to you",
        "your message has been passed on",
        "we apologise for the bother",
    ),
)
