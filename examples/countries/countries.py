"""Countries and their subdivisions, from Debian's iso-codes, kept in an SQL database and served over REST."""

import json
import time
import unicodedata
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from zato.core.errors import OutgoingFailed
from zato.server.service import Int, NotFound, Service, Unavailable

SOURCES = Path("/usr/share/iso-codes/json")
ATTEMPTS = 5

CREATE = [
    "CREATE TABLE IF NOT EXISTS country (alpha_2 VARCHAR(2) PRIMARY KEY, alpha_3 VARCHAR(3) NOT NULL, "
    "digits VARCHAR(3) NOT NULL, name VARCHAR(200) NOT NULL, search_name VARCHAR(200) NOT NULL)",
    "CREATE TABLE IF NOT EXISTS subdivision (code VARCHAR(10) PRIMARY KEY, country VARCHAR(2) NOT NULL, "
    "name VARCHAR(200) NOT NULL, type VARCHAR(100) NOT NULL)",
]


def searchable(text):
    """Lower case without accents, so that "aland" finds Åland."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def select(service, query, parameters):
    """Rows of the database; says what to do where it has not been filled yet."""
    try:
        return service.out.sql["Countries"].conn.execute(query, parameters)
    except DatabaseError as error:
        raise Unavailable(
            "There are no countries yet; load them with: zato service invoke countries.load", code="not-loaded"
        ) from error


class Load(Service):
    """Fills the database from Debian's files. Doing it again changes nothing, several times at once neither."""

    output = Int("countries"), Int("subdivisions")

    def handle(self):
        countries = json.loads((SOURCES / "iso_3166-1.json").read_bytes())["3166-1"]
        subdivisions = json.loads((SOURCES / "iso_3166-2.json").read_bytes())["3166-2"]
        rows = [
            {
                "alpha_2": row["alpha_2"],
                "alpha_3": row["alpha_3"],
                "digits": row["numeric"],
                "name": row.get("common_name", row["name"]),
                "search_name": searchable(row["name"] + " " + row.get("common_name", "")),
            }
            for row in countries
        ]
        parts = [
            {"code": row["code"], "country": row["code"][:2], "name": row["name"], "type": row["type"]}
            for row in subdivisions
        ]
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.replace(rows, parts)
                break
            except (IntegrityError, OutgoingFailed):
                # Somebody else who loads at the same time was faster: with theirs committed, ours replaces it
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.1 * attempt)
        self.logger.info("Loaded countries", countries=len(rows), subdivisions=len(parts))
        self.response.payload.countries = len(rows)
        self.response.payload.subdivisions = len(parts)

    def replace(self, rows, parts):
        """Everything in one transaction, so that a look-up meanwhile finds what was there before."""
        with self.out.sql["Countries"].session() as session:
            for statement in CREATE:
                session.execute(text(statement))
            session.execute(text("DELETE FROM subdivision"))
            session.execute(text("DELETE FROM country"))
            session.execute(text("INSERT INTO country VALUES (:alpha_2, :alpha_3, :digits, :name, :search_name)"), rows)
            session.execute(text("INSERT INTO subdivision VALUES (:code, :country, :name, :type)"), parts)


class GetCountry(Service):
    """One country by its two-letter, three-letter or numeric code."""

    input = "code"
    output = "alpha_2", "alpha_3", "digits", "name"

    def handle(self):
        code = self.request.input.code.upper()
        rows = select(
            self,
            "SELECT alpha_2, alpha_3, digits, name FROM country WHERE alpha_2 = :c OR alpha_3 = :c OR digits = :c",
            {"c": code},
        )
        if not rows:
            raise NotFound(f"There is no country with the code {code!r}; codes look like FI, FIN or 246.")
        self.response.payload = rows[0]


class Search(Service):
    """Countries by a part of their name, in any case, with or without accents."""

    input = "name", Int("-limit")

    def handle(self):
        limit = min(max(self.request.input.get("limit") or 20, 1), 100)
        wanted = searchable(self.request.input.name)
        for special in "!%_":
            wanted = wanted.replace(special, f"!{special}")
        found = select(
            self,
            "SELECT alpha_2, name FROM country WHERE search_name LIKE :pattern ESCAPE '!' ORDER BY name LIMIT :most",
            {"pattern": f"%{wanted}%", "most": limit},
        )
        self.response.payload = {"countries": found}


class Subdivisions(Service):
    """The subdivisions of a country."""

    input = "code"

    def handle(self):
        country = self.invoke(GetCountry, {"code": self.request.input.code})
        found = select(
            self,
            "SELECT code, name, type FROM subdivision WHERE country = :c ORDER BY code",
            {"c": country["alpha_2"]},
        )
        self.response.payload = {"country": country["name"], "subdivisions": found}


class Neighbour(Service):
    """Asks for a country over an outgoing REST connection, as any other system would be asked."""

    input = "code"

    def handle(self):
        answer = self.out.rest["Balancer"].conn.get(self.cid, params={"code": self.request.input.code})
        self.response.status_code = answer.status_code
        self.response.payload = {"asked": "Balancer", "answer": answer.data}
