"""What made-up people and companies are called."""

from __future__ import annotations

FIRST = (
    "Ana María", "José", "Zoë", "Łukasz", "Renée", "Jürgen", "Søren", "Åsa", "François", "Chloé", "Nuria", "Björn",
    "Inês", "Márton", "Siobhán", "Đorđe", "Ayşe", "Noël", "Itziar", "Aoife", "Emma", "Liam", "Olivia", "Noah", "Mia",
    "Lucas", "Sofia", "Hugo", "Laura", "Pablo", "Julia", "Martín", "Clara", "Daniel", "Irene", "Oscar", "Elena",
    "Marc", "Alba", "David", "Carmen", "Tomás", "Lucía", "Iván", "Marta", "Sergio", "Nadia", "Omar", "Leila", "Karim",
)  # fmt: skip
LAST = (
    "García", "Nuñez de Arce", "Müller", "Østergård", "O'Brien", "Żak", "Lefèvre", "Guimarães", "Strauß", "Çelik",
    "Ibáñez", "van der Berg", "D'Angelo", "Hernández-Ruiz", "Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans",
    "Rossi", "Bianchi", "Novak", "Horvat", "Kowalski", "Nowak", "Dubois", "Moreau", "Fischer", "Weber", "Schneider",
    "Silva", "Costa", "Ferreira", "Andersen", "Nielsen", "Lindqvist", "Berg", "Virtanen", "Korhonen", "Popescu",
    "Ionescu", "Papadakis", "Yilmaz", "Haddad", "Nguyen", "Tanaka", "Kim", "Okafor", "Mensah", "Diallo", "Martínez",
)  # fmt: skip
JOBS = (
    "CEO", "CTO", "Head of Sales", "Sales Manager", "Account Executive", "Directora de Compras", "Buyer", "Engineer",
    "Office Manager", "Chef de projet", "Leiter Einkauf", "Marketing Lead", "Data Analyst", "Founder & CEO",
)  # fmt: skip
CITIES = (
    "Barcelona", "Málaga", "A Coruña", "København", "Zürich", "Köln", "São Paulo", "Kraków", "Łódź", "Malmö",
    "Reykjavík", "Besançon", "Austin", "Boston", "Chicago", "Dublin", "Lisboa", "Wien",
)  # fmt: skip
TRADES = (
    "Bakery", "Foundry", "Logistics", "Studio", "Labs", "Textiles", "Ceramics", "Optics", "Instruments", "Orchards",
    "Robotics", "Shipping", "Cycles", "Ciments", "Möbel", "Café", "Diseño", "Forsikring", "Papír", "Clínica",
)  # fmt: skip
STEMS = (
    "Alder", "Basalt", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbour", "Indigo", "Juniper", "Kestrel",
    "Lumen", "Meridian", "Nimbus", "Onyx", "Pelican", "Quartz", "Rowan", "Saffron", "Tundra", "Umbra", "Verdant",
    "Willow", "Xenon", "Yarrow", "Zephyr", "Ñandú", "Öland", "Édith", "Águila",
)  # fmt: skip
FORMS = ("", " GmbH", " S.L.", " Ltd", " Inc.", " & Co", " S.A.", " AB", " ApS", " Sp. z o.o.")
MAILS = ("example.com", "example.org", "example.net", "mail.example.com", "sales.example.org", "eu.example.net")
AREAS = ("202", "212", "312", "415", "617", "713")
