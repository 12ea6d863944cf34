"""What is said, written and asked in the generated set."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, a query with its own words, and one that says the same in others."""

    text: str
    words: str
    meaning: str


_WHO = (
    ("the baker", "baker", "somebody who makes bread"),
    ("the doctor", "doctor", "a physician"),
    ("the farmer", "farmer", "a man who grows crops"),
    ("the teacher", "teacher", "a person who gives lessons at school"),
    ("the captain", "captain", "the commander of a ship"),
    ("the painter", "painter", "an artist"),
    ("the mayor", "mayor", "the head of the town"),
    ("the gardener", "gardener", "someone who looks after flowers"),
    ("the pilot", "pilot", "one who flies airplanes"),
    ("the carpenter", "carpenter", "a craftsman who works with wood"),
)
_WHAT = (
    (
        "bought a new bicycle for the summer",
        "bought new bicycle summer",
        "got a two wheeler for the warm season",
    ),
    ("lost the keys in the forest", "lost keys forest", "cannot find what opens the door, among the trees"),
    ("wrote a long letter to the king", "wrote long letter king", "sent mail to the monarch"),
    ("cooked soup for forty guests", "cooked soup forty guests", "prepared a hot meal for many visitors"),
    ("sold the old house near the river", "sold old house river", "gave up a home by the water for money"),
    ("saw a wolf behind the church", "saw wolf behind church", "met a wild animal close to a chapel"),
)

SENTENCES: Sequence[Sentence] = tuple(
    Sentence(f"{who[0].capitalize()} {what[0]}.", f"{who[1]} {what[1]}", f"{who[2]} {what[2]}")
    for who, what in product(_WHO, _WHAT)
)
"""Sixty; each shares half of its words with others, so that a word alone finds the wrong one."""

TITLES: Sequence[str] = tuple(
    f"{place} {event}"
    for place, event in product(
        (
            "Westhaven",
            "Port Alma",
            "Mill Lane",
            "Oakfield",
            "Silver Bay",
            "Castle Hill",
            "Norwood",
            "Elmstead",
        ),
        ("Jazz Festival", "Book Fair", "City Marathon", "Chess Open", "Winter Market", "Film Night"),
    )
)
"""Forty-eight."""

UNSAID = (
    "how to change a bicycle tire",
    "an introduction to quantum physics",
    "the stock market crashed on monday",
    "vaccines for newborn babies",
    "a recipe for chocolate cake",
    "learning to play the violin",
    "the history of the roman empire",
    "repairing a leaking water pipe",
    "penguins hatching in antarctica",
    "the parliament passed a tax reform",
    "training for the olympic games",
    "the dinosaurs became extinct",
    "how vaccines are approved",
    "a spacecraft landed on the moon",
    "tips for a job interview",
    "the price of crude oil is rising",
    "a volcano erupted in iceland",
    "installing an operating system",
    "the rules of ice hockey",
    "a cure for the common cold",
    "mountain rescue by helicopter",
    "the invention of the telephone",
    "knitting a woolen sweater",
    "a robbery at the jewelry store",
)
"""What nobody says."""

UNSEEN = (
    "a giraffe",
    "a fire engine",
    "a swimming pool",
    "an airport runway",
    "a violin",
    "a dentist's chair",
    "a herd of cows",
    "a snowman",
    "a motorcycle",
    "a wedding dress",
    "a penguin",
    "a library full of books",
    "a microscope",
    "a rocket launch",
    "a plate of spaghetti",
    "a helicopter",
    "an elephant",
    "a washing machine",
    "a crocodile",
    "a guitar player",
)
"""What nothing shows."""

UNWRITTEN = (
    "Annual Dental Congress",
    "Emergency Exit Only",
    "Quarterly Revenue Report",
    "Breaking News from Lisbon",
    "Departures Terminal Three",
    "Beware of the Dog",
    "Grand Opening Saturday",
    "Tennis Club Finals",
    "Zoological Garden Prague",
    "Terms and Conditions",
    "Chapter Seventeen",
    "Directed by Anna Kowalski",
    "Free Parking Underground",
    "Do Not Disturb",
    "Opera House Vienna",
    "Limited Time Offer",
)
"""What stands nowhere."""
