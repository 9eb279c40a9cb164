import pytest

from contacts.models import Contact
from postmortems.batches import in_batches
from postmortems.tests import factories as make

pytestmark = pytest.mark.django_db


def test_every_row_comes_once_whatever_the_batch() -> None:
    made = [make.contact() for _ in range(5)]

    assert list(in_batches(Contact.objects.all(), size=2)) == made


def test_rows_that_no_longer_match_are_left_out_of_later_batches() -> None:
    first = make.contact()
    make.contact()
    rows = in_batches(Contact.objects.filter(is_active=True), size=1)
    next(rows)
    Contact.objects.update(is_active=False)

    assert first not in rows
