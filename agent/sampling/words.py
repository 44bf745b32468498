"""Word lists for realistic sample values. Nothing here names a real person, firm or address."""

from __future__ import annotations

FIRST_NAMES = (
    "Anna", "Ben", "Carla", "David", "Elena", "Felix", "Grace", "Hugo", "Ines", "Jonas", "Katja", "Liam", "Mara",
    "Noah", "Olga", "Pablo", "Ruth", "Samir", "Tessa", "Viktor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Berg", "Costa", "Dupont", "Ekström", "Fischer", "Garcia", "Haas", "Ivanova", "Jensen", "Keller", "Lindgren",
    "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Silva", "Tanaka", "Urban", "Vogel", "Weber", "Young",
    "Zimmer", "Ashby",
)  # fmt: skip
COMPANY_HEADS = (
    "Alder", "Bluestone", "Cobalt", "Dunes", "Eastgate", "Fernhill", "Granite", "Harbour", "Ironbridge", "Juniper",
    "Kestrel", "Larkspur",
)  # fmt: skip
COMPANY_TAILS = (
    "Works", "Trading", "Partners", "& Co", "Supply", "Foods", "Labs", "Logistics", "Services", "House", "Group",
    "Holding",
)  # fmt: skip
STREETS = ("Mill Lane", "Station Road", "Park Avenue", "High Street", "Oak Drive", "Church Street", "Garden Row")
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png", "text/csv")
FILE_ENDINGS = ("pdf", "jpg", "png", "csv")
JOBS = ("Account Manager", "Engineer", "Nurse", "Bookkeeper", "Site Manager", "Teacher", "Dispatcher", "Analyst")
DEPARTMENTS = ("Sales", "Operations", "Finance", "Engineering", "Support", "Purchasing", "Human Resources")
ACTIONS = ("create", "update", "delete", "sign_in", "export")
USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
)
CITIES = ("Berlin", "Lyon", "Porto", "Gent", "Malmö", "Graz", "Turin", "Leeds", "Cork", "Utrecht", "Basel", "Boston")
POSTAL_CODES = (
    "101{:02}", "690{:02}", "40{:02}-001", "90{:02}", "211 {:02}", "80{:02}", "101{:02}", "LS1 {}AA", "T12 X{:02}",
    "35{:02} AB", "40{:02}", "021{:02}",
)  # fmt: skip
"""Of the city at the same place of `CITIES`; the countries stand in the same order."""
REGIONS = ("North", "South", "East", "West", "Central")
ADJECTIVES = ("Oak", "Steel", "Linen", "Compact", "Classic", "Folding", "Travel", "Ceramic", "Glass", "Woven")
GOODS = ("Desk Lamp", "Notebook", "Water Bottle", "Backpack", "Tea Pot", "Chair", "Blanket", "Clock", "Shelf", "Mug")
WORDS = (
    "Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Harbor", "Indigo", "Jade", "Kite", "Lotus",
    "Maple", "Nova", "Opal", "Pine", "Quartz", "Ridge", "Sage", "Terra", "Umber", "Vista", "Willow", "Zephyr",
)  # fmt: skip
SENTENCES = (
    "Please ring the bell at the side entrance.",
    "Checked by two people and found in order.",
    "The first delivery arrived a day early.",
    "Follow up at the beginning of next week.",
    "Agreed by phone, confirmed in writing.",
    "No further action is needed.",
    "Replaces the version of last month.",
    "Waiting for an answer from the supplier.",
)
COLOURS = ("black", "white", "red", "blue", "green", "grey", "yellow")
UNITS = ("piece", "kg", "litre", "metre", "box")
CURRENCIES = ("EUR", "USD", "GBP", "SEK", "CHF", "PLN", "JPY", "CAD")
COUNTRIES = ("DE", "FR", "PT", "BE", "SE", "AT", "IT", "GB", "IE", "NL", "CH", "US")
LANGUAGES = ("en", "de", "fr", "pt", "sv", "it", "nl", "es")
TIME_ZONES = ("Europe/Berlin", "Europe/Lisbon", "Europe/London", "UTC", "America/New_York")
PEOPLE = frozenset(
    [
        "account",
        "author",
        "buyer",
        "candidate",
        "client",
        "contact",
        "customer",
        "doctor",
        "driver",
        "employee",
        "guest",
        "guardian",
        "learner",
        "lecturer",
        "librarian",
        "manager",
        "member",
        "nurse",
        "owner",
        "parent",
        "participant",
        "passenger",
        "patient",
        "person",
        "player",
        "practitioner",
        "reader",
        "resident",
        "staff",
        "student",
        "subscriber",
        "supervisor",
        "teacher",
        "technician",
        "tenant_user",
        "tutor",
        "user",
        "visitor",
        "volunteer",
        "worker",
    ]
)
"""Entities whose `name` is a person's name."""
CALLERS = frozenset(
    ["caller", "sender", "receiver", "signatory", "applicant", "inspector", "tenant", "person", "author"]
)
"""Who else has a name in a row: `caller_name`."""
FIRMS = frozenset(
    [
        "agency",
        "brand",
        "business",
        "carrier",
        "company",
        "firm",
        "manufacturer",
        "organisation",
        "organization",
        "supplier",
        "tenant",
        "vendor",
    ]
)
"""Entities whose `name` is a firm's name."""
ARTICLES = frozenset(["article", "good", "item", "material", "part", "product", "sku", "variant"])
"""Entities whose `name` is that of something for sale."""
