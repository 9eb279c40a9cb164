"""The public facts: real incidents that their organisations have described themselves."""

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

FILE = Path(__file__).with_name("incidents.csv")


@dataclass(frozen=True)
class PublicIncident:
    """What is known of one incident; times are UTC."""

    source_url: str
    organisation: str
    product: str
    title: str
    categories: tuple[str, ...]
    impact_started_at: datetime
    restored_at: datetime

    @property
    def lasted(self) -> timedelta:
        return self.restored_at - self.impact_started_at


def public_incidents() -> list[PublicIncident]:
    """In the order in which they happened."""
    with FILE.open(newline="", encoding="utf-8") as lines:
        rows = [read(row) for row in csv.DictReader(lines)]
    return sorted(rows, key=lambda row: row.impact_started_at)


def read(row: dict[str, str]) -> PublicIncident:
    return PublicIncident(
        source_url=row["source_url"],
        organisation=row["organisation"],
        product=row["product"],
        title=row["title"],
        categories=tuple(filter(None, row["categories"].split("|"))),
        impact_started_at=datetime.fromisoformat(row["impact_started_at"]),
        restored_at=datetime.fromisoformat(row["restored_at"]),
    )
