"""The support desk of a maker of office software."""

from __future__ import annotations

from fde_env.tickets.domain import Domain, People, Topic

DOMAIN = Domain(
    name="software",
    business="software maker",
    people=People(
        support="Technical support",
        data="Product telemetry",
        learning="Research",
        reviewers="senior technicians",
        software="ticket console",
        background="Half of our customers are small firms without a computer person of their own.",
    ),
    products=(
        Topic("desktop app", ("desktop app", "desktop program", "desktop client", "office suite")),
        Topic("mobile app", ("mobile app", "phone app", "tablet app", "app for my phone")),
        Topic("web portal", ("web portal", "online portal", "browser edition", "website")),
        Topic("admin console", ("admin console", "admin page", "control panel", "admin area")),
        Topic("cloud storage", ("cloud storage", "online drive", "cloud folder", "cloud drive")),
        Topic("calendar", ("calendar", "team calendar", "meeting planner", "agenda")),
        Topic("mail client", ("mail client", "email program", "inbox", "mail tool")),
        Topic("report builder", ("report builder", "report tool", "dashboard", "chart maker")),
        Topic("backup tool", ("backup tool", "backup service", "nightly backup", "backup job")),
        Topic("vpn", ("VPN", "remote connection", "secure tunnel", "VPN gateway")),
        Topic("print module", ("print module", "printer driver", "printing tool", "print add-in")),
    ),
    problems=(
        Topic(
            "crash",
            (
                "my {p} crashes all the time",
                "the {p} freezes when I click",
                "my {p} closes by itself",
                "the screen of the {p} turns white",
                "the {p} hangs and never recovers",
                "I get an error and then my {p} quits",
            ),
        ),
        Topic(
            "login",
            (
                "I cannot log in to my {p}",
                "my password for the {p} is not accepted",
                "I am locked out of the {p}",
                "the {p} says that I am unknown",
                "the code to sign in to my {p} never comes",
                "I have no rights to enter the {p}",
            ),
        ),
        Topic(
            "slowness",
            (
                "my {p} is very slow",
                "the {p} takes minutes to load",
                "everything lags in my {p}",
                "I wait forever for the {p} to respond",
                "the {p} has become sluggish",
                "please make my {p} faster",
            ),
        ),
        Topic(
            "lost data",
            (
                "my files in the {p} have vanished",
                "everything I saved in my {p} is gone",
                "the {p} deleted my work",
                "how do I restore old entries in my {p}",
                "records are missing from the {p}",
                "please bring back what was in my {p}",
            ),
        ),
        Topic(
            "installation",
            (
                "how do I install the {p}",
                "the setup of my {p} fails",
                "I need the {p} on a second device",
                "the update of my {p} stops halfway",
                "where can I download the {p}",
                "which system does my {p} require",
            ),
        ),
        Topic(
            "licence",
            (
                "my licence for the {p} has run out",
                "I need another seat for the {p}",
                "the key for my {p} is invalid",
                "the {p} asks me to buy it again",
                "how do I renew the subscription to my {p}",
                "what does the {p} cost for five users",
            ),
        ),
        Topic(
            "feature wish",
            (
                "please add a dark mode to the {p}",
                "I miss an export in the {p}",
                "it would be great if my {p} could sort",
                "can you build a search into my {p}",
                "I have a wish for the next version of the {p}",
                "I suggest a small improvement to the {p}",
            ),
        ),
    ),
    vague_products=("software", "system", "package", "tool", "thing you sold us"),
    vague_problems=(
        "there is an issue with my {p}",
        "I have a question about my {p}",
        "something is odd about the {p}",
        "please have a look at my {p}",
    ),
    details=(
        "since the last release",
        "on my new laptop",
        "for the whole team",
        "since this morning",
        "for the third time",
        "at our branch office",
        "when I work from home",
        "after the restart",
        "on two machines",
        "in the middle of a meeting",
    ),
    replies=(
        "we could repeat this on our side",
        "please send us a screenshot",
        "could you tell us which version you have",
        "our engineers are looking into it",
        "your ticket has a new owner",
        "we are sorry for the interruption",
    ),
)
