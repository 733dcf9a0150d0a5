"""When terms end: weekends, holidays, time zones, summer time, odd calendars."""

from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged

from .common import DisputeCommon


def utc(text):
    return datetime.fromisoformat(text)


@tagged("post_install", "-at_install")
class TestClockDeadline(DisputeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Monday to Friday, 8 to 12 and 13 to 17
        cls.calendar = cls.company.resource_calendar_id
        cls.calendar.tz = "Europe/Riga"

    def add_holiday(self, start, end, company=None, **values):
        holiday = self.env["resource.calendar.leaves"].create(
            {"name": "Holiday", "date_from": start, "date_to": end, **values}
        )
        holiday.company_id = company or self.company

    def make_calendar(self, attendances, **values):
        return self.env["resource.calendar"].create(
            {
                "name": "Odd",
                "tz": "Europe/Riga",
                "company_id": self.company.id,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Shift",
                            "dayofweek": day,
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": "morning",
                        }
                    )
                    for day, start, end in attendances
                ],
                **values,
            }
        )

    # ------------------------------------------------------------------
    # Working hours
    # ------------------------------------------------------------------

    def test_working_hours(self):
        # Riga is two hours ahead of UTC in winter, three in summer.
        for start, hours, end in (
            # in the day, over lunch, over night, over the weekend
            ("2026-11-16 07:00:00", 2, "2026-11-16 09:00:00"),
            ("2026-11-16 09:00:00", 2, "2026-11-16 12:00:00"),
            ("2026-11-16 14:00:00", 2, "2026-11-17 07:00:00"),
            ("2026-11-20 14:00:00", 4, "2026-11-23 09:00:00"),
            ("2026-11-21 10:00:00", 1, "2026-11-23 07:00:00"),
            ("2026-11-20 14:00:00", 1, "2026-11-20 15:00:00"),
            ("2026-11-16 07:00:00", 0, "2026-11-16 07:00:00"),
            # over the end of summer time (25 October 2026) and its beginning
            ("2026-10-23 13:00:00", 2, "2026-10-26 07:00:00"),
            ("2027-03-26 14:00:00", 2, "2027-03-29 06:00:00"),
            # long ahead
            ("2026-11-16 06:00:00", 400, "2027-01-22 15:00:00"),
        ):
            with self.subTest(start=start, hours=hours):
                self.assertEqual(
                    self.company._get_working_deadline(utc(start), hours), utc(end)
                )

    def test_shift_through_the_change_of_the_clock(self):
        # Sunday 0:00 to 8:00 has nine hours when the clock goes back at 4:00.
        night = self.make_calendar([("6", 0, 8)])
        deadline = self.company._get_working_deadline
        self.assertEqual(
            deadline(utc("2026-10-24 12:00:00"), 9, night), utc("2026-10-25 06:00:00")
        )
        # and seven when it goes forward at 3:00
        self.assertEqual(
            deadline(utc("2027-03-27 12:00:00"), 7, night), utc("2027-03-28 05:00:00")
        )

    def test_holidays(self):
        self.add_holiday("2026-11-17 22:00:00", "2026-11-18 21:59:59")
        start = utc("2026-11-17 14:00:00")
        deadline = self.company._get_working_deadline
        self.assertEqual(deadline(start, 2), utc("2026-11-19 07:00:00"))
        self.assertEqual(
            self.company._get_term_deadline(start, 1, "working_days"),
            utc("2026-11-19 21:59:59"),
        )

    def test_holiday_of_a_calendar_that_companies_share(self):
        self.calendar.company_id = False
        self.add_holiday(
            "2026-11-17 22:00:00",
            "2026-11-18 21:59:59",
            company=self.other_company,
            calendar_id=self.calendar.id,
        )
        self.assertEqual(
            self.company._get_working_deadline(utc("2026-11-17 14:00:00"), 2),
            utc("2026-11-19 07:00:00"),
        )

    def test_holiday_of_another_company_or_person_is_none_of_ours(self):
        day = ("2026-11-17 22:00:00", "2026-11-18 21:59:59")
        self.add_holiday(*day, company=self.other_company)
        someone = self.env["resource.resource"].create(
            {"name": "Tessa", "calendar_id": self.calendar.id}
        )
        self.add_holiday(*day, resource_id=someone.id)
        self.assertEqual(
            self.company._get_working_deadline(utc("2026-11-17 14:00:00"), 2),
            utc("2026-11-18 07:00:00"),
        )

    def test_no_working_time_counts_every_hour(self):
        start = utc("2026-11-20 16:00:00")
        empty = self.make_calendar([])
        lunch_only = self.make_calendar([("0", 12, 13)])
        lunch_only.attendance_ids.day_period = "lunch"
        closed = self.make_calendar([("0", 8, 9)])
        self.add_holiday(
            "2026-01-01 00:00:00", "2036-01-01 00:00:00", calendar_id=closed.id
        )
        for name, calendar in (
            ("empty", empty),
            ("lunch", lunch_only),
            ("closed", closed),
        ):
            with self.subTest(name):
                deadline = self.company._get_working_deadline(start, 4, calendar)
                self.assertEqual(deadline, utc("2026-11-20 20:00:00"))
                end = self.company._get_term_deadline(
                    start, 3, "working_days", calendar
                )
                self.assertEqual(end, utc("2026-11-23 21:59:59"))
        self.company.resource_calendar_id = False
        self.assertEqual(
            self.company._get_working_deadline(start, 4), utc("2026-11-20 20:00:00")
        )

    def test_no_working_time_is_said(self):
        say = self.company._describe_clock_hours
        self.assertFalse(say("working_hours"))
        self.assertFalse(say("days", self.make_calendar([])))
        for unit in ("working_hours", "working_days"):
            self.assertIn("every hour", say(unit, self.make_calendar([])))

    def test_asked_by_somebody_without_rights(self):
        company = self.company.with_user(self.portal)
        self.assertEqual(
            company._get_working_deadline(utc("2026-11-20 14:00:00"), 4),
            utc("2026-11-23 09:00:00"),
        )

    # ------------------------------------------------------------------
    # Days, months, years
    # ------------------------------------------------------------------

    def test_terms(self):
        for start, amount, unit, end in (
            # the first day is not counted, the last counts to its end in Riga
            ("2026-11-16 07:00:00", 1, "days", "2026-11-17 21:59:59"),
            ("2026-11-16 21:59:00", 1, "days", "2026-11-17 21:59:59"),
            ("2026-11-16 22:01:00", 1, "days", "2026-11-18 21:59:59"),
            # over the change of the clock
            ("2026-10-20 07:00:00", 10, "days", "2026-10-30 21:59:59"),
            ("2026-10-30 07:00:00", 2, "working_days", "2026-11-03 21:59:59"),
            # the last day may be a Sunday: rather early than late
            ("2026-11-16 07:00:00", 6, "days", "2026-11-22 21:59:59"),
            # working days
            ("2026-11-19 07:00:00", 1, "working_days", "2026-11-20 21:59:59"),
            ("2026-11-20 07:00:00", 1, "working_days", "2026-11-23 21:59:59"),
            ("2026-11-21 07:00:00", 1, "working_days", "2026-11-23 21:59:59"),
            ("2026-11-16 07:00:00", 15, "working_days", "2026-12-07 21:59:59"),
            # shorter months, leap days
            ("2026-12-31 07:00:00", 2, "months", "2027-02-28 21:59:59"),
            ("2028-02-29 07:00:00", 3, "years", "2031-02-28 21:59:59"),
            ("2026-07-16 07:00:00", 3, "years", "2029-07-16 20:59:59"),
        ):
            with self.subTest(start=start, amount=amount, unit=unit):
                self.assertEqual(
                    self.company._get_term_deadline(utc(start), amount, unit), utc(end)
                )

    def test_time_zone_of_a_team(self):
        tokyo = self.calendar.copy({"tz": "Asia/Tokyo", "company_id": self.company.id})
        end = self.company._get_term_deadline(
            utc("2026-11-16 07:00:00"), 1, "days", tokyo
        )
        self.assertEqual(end, utc("2026-11-17 14:59:59"))

    def test_queries_do_not_grow_with_the_length_of_an_empty_week(self):
        empty = self.make_calendar([])
        self.company._get_working_deadline(utc("2026-11-16 07:00:00"), 1, empty)
        with self.assertQueryCount(0):
            self.company._get_working_deadline(utc("2026-11-16 07:00:00"), 900, empty)
