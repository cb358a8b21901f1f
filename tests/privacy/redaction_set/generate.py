"""Makes generated.jsonl from public patterns with a fixed seed, and turns the hand-written files into JSONL.

Run from the repository: `python -m tests.privacy.redaction_set.generate`. Names come from a list of this file's own, of
which about half are not in the lists that the app knows names by.
"""

import random
import string

from app.privacy.redaction.checks import german_tax_check, iban_remainder, luhn_sum
from app.privacy.redaction.name_lists import listed
from tests.privacy.redaction_set.labelled import Labelled, from_marked, marked_file, write

SEED = 20261123
TEXTS = 620

FIRSTS = listed(
    """Anna Jonas Fatima Oluwadamilola Ines Mateo Wren Aarav Saanvi Bram Lotte Ottoline Cormac Eluned Tariq Nadia Soren
    Ingrid Kofi Adaeze Hiroto Emiko Minh Thuy Rafael Beatriz Giulia Lorenzo Zofia Wojtek Anouk Pascal Maren Thilo
    Swantje Eike Daniel Emma Michael Sophie Peter Julia Robert Laura Delphine Cyprian Noor Ibrahim Leila Dmitri
    Oksana Taras Milena Branko Kaito Rin Sadie Beau Harper Finn Tilda Quentin Marisol Ximena Joaquin Thiago Isolde"""
)
LASTS = listed(
    """Schmidt Okonjo Whitcombe Adebayo Hjorth Castellanos Vaidyanathan Bergström Nakashima Trinh Achterberg Dunmore
    Pritchard Llewellyn Al-Rashid Haddad Kristoffersen Boateng Eze Ishikawa Phan Monteiro Esposito Rinaldi Zielinska
    Kaminski Lefèvre Marchand Petersen Brinkmann Oltmanns Feddersen Miller Johnson Garcia Müller Weber Nguyen Okeke
    Stavropoulos Koval Shevchenko Marinković Dragomir Fujita Hayashi Beaumont Calloway Thistlewood Ravenscroft
    Odhiambo Mwangi Tshabalala Guerrero Villalobos O'Sullivan McAllister"""
)
SENTENCES = (
    "Please ask {person} to send the report to {mail} before noon.",
    "Dear {person},\nthank you for your message. You can reach me at {phone}.\nRegards,\n{person}",
    "{person} lives at {address}.",
    "Can you write a reminder to {person} about the dentist on Tuesday?",
    "My card {card} was charged twice; my name is {person}.",
    "Transfer the rent to {iban}, account holder {person}.",
    "My social security number is {social}, please fill in the form.",
    "Passport number {passport} expires next spring.",
    "Tax id: {tax}. What can I deduct?",
    "The API key is {key}, why do I get a 403?",
    "Here is the link: {url} - does it still work?",
    "Our server at {ip} does not answer since the update.",
    "{person} was born on {birth} and wants a horoscope.",
    "Write to {mail} or {mail}, whoever answers first.",
    "Call {phone}, and if nobody is there, {phone}.",
    "Summarise this mail: Hi {first}, {person} and I met in Lisbon. Call me: {phone}. {first}",
    "I met {person} at the conference, and {person} gave a talk about bees.",
    "Herr {last} hat mir gestern geschrieben; seine Adresse ist {address}.",
    "In the log I see {ip} and then {ip}, both with user {mail}.",
    "Deliver the parcel to {person}, {address}, phone {phone}.",
    "According to {person}, the invoice goes to {mail}.",
    "config.yaml:\n  host: {ip}\n  api_key: {key}\n  admin: {mail}",
    "Is {iban} a valid account? And {card} a valid card?",
    "{first} said that {first} would come, but {person} had to work.",
    "Patient {person}, date of birth {birth}, SSN {social}.",
    "Tell Ms {last} and Dr {last} that the door code changed.",
    "The visa form wants my passport no. {passport} and my tax number {tax_named}.",
    "Draft a contract between {person} and {person}, {address}.",
    "What rhymes with orange? And who wrote Faust?",
    "Our meeting on 2024-05-17 covers version 2.4.1 and 1,250 users in 14 countries.",
    "Order 4711-0815 arrived on 3 May; it cost 1.299,00 euros.",
    "ssh root@{ip_bare} fails with error 255 after 30 seconds.",
)  # fmt: skip


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def digits(self, length: int) -> str:
        return "".join(self.random.choice(string.digits) for _ in range(length))

    def like(self, form: str) -> str:
        """9: a digit, A: a capital, a: a small letter, *: any of them; the rest as it is."""
        kinds = {"9": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase}
        kinds["*"] = string.ascii_letters + string.digits
        return "".join(self.random.choice(kinds[sign]) if sign in kinds else sign for sign in form)

    def first(self) -> str:
        return self.random.choice(FIRSTS)

    def last(self) -> str:
        return self.random.choice(LASTS)

    def person(self) -> str:
        form = self.random.choice(("{f} {l}",) * 6 + ("{f} {i}. {l}", "{f} {l}-{k}", "{f}"))
        return form.format(f=self.first(), l=self.last(), k=self.last(), i=self.random.choice("ABCDEFGHKLMRST"))

    def mail(self) -> str:
        first, last = (self.ascii(name) for name in (self.first(), self.last()))
        user = self.random.choice(
            (f"{first}.{last}", f"{first}_{last}", f"{first[0]}{last}", f"{last}{self.digits(2)}", f"{first}+shop")
        )
        host = self.random.choice(("gmail.com", "web.de", "mail.company.co.uk", "uni-bonn.de", "proton.me", "firma.ch"))
        return f"{user}@{host}"

    @staticmethod
    def ascii(name: str) -> str:
        return "".join(sign for sign in name.casefold() if sign.isascii() and sign.isalpha())

    def phone(self) -> str:
        forms = (
            "+49 1717 999999", "+49 30 23125 999", "0171 9999999", "030/9999999", "+44 20 7946 0999", "07700 900999",
            "(212) 555-0199", "415-555-0199", "+1 303 555 0199", "+33 1 99 00 99 99", "+41 44 999 99 99",
            "+34 612 99 99 99", "001 212 555 0199",
        )  # fmt: skip
        form = self.random.choice(forms)
        return form[:-3] + "".join(self.random.choice("123456789") if s.isdigit() else s for s in form[-3:])

    def card(self) -> str:
        start, length = self.random.choice((("4", 16), ("51", 16), ("55", 16), ("37", 15), ("6011", 16), ("2221", 16)))
        body = start + self.digits(length - len(start) - 1)
        number = body + str(-luhn_sum(body + "0") % 10)
        gap = self.random.choice(("", " ", "-"))
        return gap.join(number[at : at + 4] for at in range(0, length, 4))

    def iban(self) -> str:
        forms = (
            "DE" + "9" * 18,
            "GBAAAA" + "9" * 14,
            "FR" + "9" * 23,
            "NLAAAA" + "9" * 10,
            "AT" + "9" * 16,
            "CH" + "9" * 17,
        )
        form = self.random.choice(forms)
        country, body = form[:2], self.like(form[2:])
        made = f"{country}{98 - iban_remainder(f'{country}00{body}'):02d}{body}"
        return " ".join(made[at : at + 4] for at in range(0, len(made), 4)) if self.random.random() < 0.6 else made

    def social(self) -> str:
        area = self.random.choice([n for n in range(1, 899) if n != 666])
        american = f"{area:03d}-{self.random.randrange(1, 99):02d}-{self.random.randrange(1, 9999):04d}"
        british = f"{self.random.choice(('AB', 'CE', 'JG', 'WK'))} {self.like('99 99 99')} {self.random.choice('ABCD')}"
        born = f"{self.random.randrange(1, 28):02d}{self.random.randrange(1, 12):02d}{self.like('99')}"
        return self.random.choice((american, british, f"{self.like('99')} {born} {self.like('A 999')}"))

    def passport(self) -> str:
        return self.like(self.random.choice(("A99A99A99", "999999999", "AA9999999", "A9999999")))

    def tax(self) -> str:
        if self.random.random() < 0.5:
            return self.like(self.random.choice(("99-9999999", "999/999/99999", "9999999999")))
        ten = self.random.sample("123456789", 9)
        ten.append(self.random.choice(ten))
        body = "".join(ten) + str(german_tax_check("".join(ten)))
        return f"{body[:2]} {body[2:5]} {body[5:8]} {body[8:]}" if self.random.random() < 0.5 else body

    def tax_named(self) -> str:
        return self.tax()

    def key(self) -> str:
        return self.like(self.random.choice((
            "sk-" + "*" * 32, "ghp_" + "*" * 36, "AKIA" + "A" * 16, "AIza" + "*" * 35, "xoxb-999999999999-" + "*" * 24,
            "hf_" + "a" * 34, "glpat-" + "*" * 20, "a9a9f" * 8, "*" * 24 + "7aQ", "npm_" + "*" * 36,
        )))  # fmt: skip

    def url(self) -> str:
        token = self.like("*" * self.random.choice((16, 24, 40)) + "7")
        return self.random.choice((
            "https://cloud.example.org/s?token={url:%s}", "https://api.example.com/v1/me?lang=de&api_key={url:%s}",
            "https://admin:{url:%s}@db.example.net/", "https://example.io/invite?code={url:%s}&x=1",
        )) % token  # fmt: skip

    def ip(self) -> str:
        if self.random.random() < 0.25:
            return f"2001:db8:{self.random.randrange(1, 9999):x}::{self.random.randrange(1, 9999):x}"
        return ".".join(str(self.random.randrange(11, 250)) for _ in range(4))

    ip_bare = ip

    def birth(self) -> str:
        year, month, day = self.random.randrange(1930, 2012), self.random.randrange(1, 13), self.random.randrange(1, 29)
        names = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
        return self.random.choice((
            f"{year}-{month:02d}-{day:02d}", f"{day:02d}.{month:02d}.{year}", f"{day} {names[month - 1]} {year}",
            f"{names[month - 1]} {day}, {year}", f"{month:02d}/{day:02d}/{year}",
        ))  # fmt: skip

    def address(self) -> str:
        pick, number = self.random.choice, self.random.randrange(1, 240)
        american = (
            (
                f"{number} {pick(('Maple', 'Chestnut', 'Old Mill', 'St James'))} "
                f"{pick(('Street', 'Ave', 'Lane', 'Road', 'Drive'))}"
            ),
            f"{pick(('Denver, CO', 'Salem, OR', 'Portland, ME'))} {self.digits(5)}",
        )
        german = (
            f"{pick(('Gartenstraße', 'Lindenweg', 'Goethestr.', 'Bahnhofplatz', 'Kirchgasse'))} {number}",
            f"{self.random.randrange(10000, 99999)} {pick(('Bremen', 'Leipzig', 'Ulm', 'Gera'))}",
        )
        british = (
            f"{number} High Street",
            f"{pick(('Leeds', 'York', 'Exeter'))} LS{self.like('9 9')}{pick(('AB', 'XY', 'QT'))}",
        )
        french = (
            f"{number} rue des Lilas",
            f"{self.random.randrange(10000, 95000)} {pick(('Nantes', 'Rennes', 'Dijon'))}",
        )
        street, town = pick((american, german, british, french))
        return f"{{address:{street}}}, {{address:{town}}}"

    def text(self) -> Labelled:
        sentence, filled = self.random.choice(SENTENCES), ""
        while "{" in sentence:
            before, _, rest = sentence.partition("{")
            name, _, sentence = rest.partition("}")
            made = getattr(self, name)()
            kind = {"first": "person", "last": "person", "tax_named": "tax", "ip_bare": "ip"}.get(name, name)
            filled += before + (made if name in ("url", "address") else f"{{{kind}:{made}}}")
        return from_marked(filled + sentence)


def main() -> None:
    maker = Maker(SEED)
    write("generated", [maker.text() for _ in range(TEXTS)])
    for part in ("hand", "held_out"):
        write(part, list(marked_file(part)))


if __name__ == "__main__":
    main()
