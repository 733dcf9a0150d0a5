import json
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.dispute_guard.station import at_work
from odoo.addons.dispute_guard.tests.common import (
    ANNOUNCED,
    DisputeCommon,
)
from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
    odoo_view_links,
)

# Pivots that look at the time before the chosen period, where a fresh database is empty
BEFORE = ", period before"

# Fails on cells in error and on figures whose menu is missing, once all data is there
LOOK_FOR_ERRORS = """
(async () => {
    const { waitForDataLoaded } = odoo.loader.modules.get("@spreadsheet/helpers/model");
    const loader = odoo.__WOWL_DEBUG__.root.env.services.spreadsheet_dashboard_loader;
    const { model, isSample } = loader.getActiveDashboard();
    await waitForDataLoaded(model);
    const { getters } = model;
    const problems = getters.getSheetIds().flatMap((sheetId) => {
        const cells = getters
            .getEvaluatedCells(sheetId)
            .filter((cell) => cell.type === "error")
            .map((cell) => `${cell.value} ${cell.message}`);
        const charts = getters.getChartIds(sheetId);
        const dead = charts.filter((id) => !getters.getChartOdooMenu(id));
        return [...cells, ...dead];
    });
    if (isSample || problems.length) {
        console.error(`sample: ${isSample}, in error: ${problems.join(", ")}`);
    } else {
        console.log("test successful");
    }
})();
"""


class DashboardCommon(DisputeCommon):
    """The dashboard, over one dispute of a company of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(
            "spreadsheet_dashboard_dispute_guard.spreadsheet_dashboard_disputes"
        )
        cls.content = json.loads(cls.dashboard.spreadsheet_data)

    def make_dispute(self):
        """A customer threatens: one handoff is acknowledged, another one overdue."""
        self.make_professional("lawyer", "Laima Lawyer")
        self.make_professional("mediator", "Maris Mediator")
        ticket = self.write_in(ANNOUNCED)
        case = ticket.dispute_case_id
        case.amount_disputed = 1200
        now = fields.Datetime.now()
        answered = case.handoff_ids
        at_work(answered).write(
            {
                "state": "acknowledged",
                "threat_at": now - timedelta(hours=10),
                "sent_at": now - timedelta(hours=9),
                "acknowledged_at": now - timedelta(hours=7),
            }
        )
        overdue = at_work(answered).create(
            {
                "case_id": case.id,
                "role": "mediator",
                "state": "sent",
                "threat_at": now - timedelta(hours=10),
                "sent_at": now - timedelta(hours=7),
                "deadline": now - timedelta(hours=1),
            }
        )
        return case, answered, overdue

    def read_pivot(self, pivot):
        """What the supervisor gets for the measures of ``pivot`` without any filter."""
        measures = [measure["id"] for measure in pivot["measures"]]
        model = self.env[pivot["model"]].with_user(self.supervisor)
        [row] = model.formatted_read_group(
            pivot["domain"], aggregates=["__count", *measures]
        )
        return row

    def pivots(self):
        return self.content["pivots"].values()

    def pivot(self, name):
        return next(pivot for pivot in self.pivots() if pivot["name"] == name)

    def formulas(self):
        return " ".join(
            cell for sheet in self.content["sheets"] for cell in sheet["cells"].values()
        )


class TestDashboard(DashboardCommon):
    def test_only_supervisors_see_it(self):
        for user in (self.supervisor, self.manager):
            dashboard = self.dashboard.with_user(user)
            self.assertIn(dashboard, dashboard.search([]))
            self.assertTrue(dashboard.spreadsheet_data)
        for user in (self.agent_own, self.agent_team):
            dashboard = self.dashboard.with_user(user)
            self.assertNotIn(dashboard, dashboard.search([]))
            with self.assertRaises(AccessError):
                dashboard.read(["name", "spreadsheet_data"])

    def test_names_only_fields_that_a_supervisor_may_read(self):
        chains = fields_in_spreadsheet(self.content)
        sources = [
            *((pivot["model"], pivot) for pivot in self.pivots()),
            *((source["model"], source) for source in self.content["lists"].values()),
            *(
                (chart["metaData"]["resModel"], chart)
                for chart in odoo_charts(self.content)
            ),
        ]
        for model, source in sources:
            for match in source["fieldMatching"].values():
                chains[model].add(match["chain"])
        self.assertGreater(len(chains), 2)
        for model, paths in chains.items():
            for path in paths:
                with self.subTest(model=model, path=path):
                    self.follow(self.env[model].with_user(self.supervisor), path)

    def follow(self, model, path):
        """Read-check each field of a dotted path."""
        model.check_access("read")
        for name in path.split("."):
            field = model._fields[name]
            model._check_field_access(field, "read")
            model = model[name] if field.relational else model

    def test_figures_open_menus_that_a_supervisor_has(self):
        menus = menus_xml_ids_in_spreadsheet(self.content)
        visible = self.env["ir.ui.menu"].with_user(self.supervisor)._visible_menu_ids()
        for xml_id in menus:
            with self.subTest(menu=xml_id):
                menu = self.env.ref(xml_id)
                self.assertIn(menu.id, visible)
                self.assertTrue(menu.action)
        figures = {figure["id"] for figure in self.content["sheets"][0]["figures"]}
        self.assertEqual(figures, set(self.content["chartOdooMenusReferences"]))
        actions = [
            *(chart["actionXmlId"] for chart in odoo_charts(self.content)),
            *(source["actionXmlId"] for source in self.content["lists"].values()),
            *(link["action"]["xmlId"] for link in odoo_view_links(self.content)),
        ]
        for xml_id in actions:
            self.assertEqual(self.env.ref(xml_id)._name, "ir.actions.act_window")

    def test_formulas_name_what_is_defined(self):
        measures = {
            (number, measure["id"])
            for number, pivot in self.content["pivots"].items()
            for measure in pivot["measures"]
        }
        used = re.findall(r'PIVOT\.VALUE\((\d+),"([\w:]+)"', self.formulas())
        self.assertEqual(set(used), measures)
        columns = {
            (number, column)
            for number, source in self.content["lists"].items()
            for column in source["columns"]
        }
        used = re.findall(r'ODOO\.LIST\((\d+),\d+,"([\w.]+)"', self.formulas())
        self.assertLessEqual(set(used), columns)

    def test_every_text_can_be_translated(self):
        for sheet in self.content["sheets"]:
            for place, cell in sheet["cells"].items():
                self.assertRegex(cell, r"^(=|\[)", place)

    def test_every_figure_has_records(self):
        self.make_dispute()
        for pivot in self.pivots():
            with self.subTest(pivot=pivot["name"]):
                self.assertTrue(self.read_pivot(pivot)["__count"])
        for chart in odoo_charts(self.content):
            with self.subTest(chart=chart["id"]):
                model = self.env[chart["metaData"]["resModel"]]
                groups = model.with_user(self.supervisor).formatted_read_group(
                    chart["searchParams"]["domain"],
                    chart["metaData"]["groupBy"],
                    ["__count"],
                )
                self.assertTrue(groups)

    def test_what_is_true_now_does_not_depend_on_the_period(self):
        period = self.content["globalFilters"][0]["id"]
        timeless = {
            pivot["name"]
            for pivot in self.pivots()
            if period not in pivot["fieldMatching"]
        }
        self.assertLessEqual({"Open disputes", "Overdue handoffs"}, timeless)
        for pivot in self.pivots():
            offset = pivot["fieldMatching"].get(period, {}).get("offset", 0)
            self.assertEqual(offset, -1 if pivot["name"].endswith(BEFORE) else 0)

    def test_averages_leave_out_what_has_not_happened(self):
        case, _answered, overdue = self.make_dispute()
        overdue.create({"case_id": case.id, "role": "superior"})
        row = self.read_pivot(self.pivot("Threat to handoff"))
        self.assertEqual(row["__count"], 2)
        self.assertAlmostEqual(row["hours_to_send:avg"], 2.0)
        row = self.read_pivot(self.pivot("Handoff to answer"))
        self.assertEqual(row["__count"], 1)
        self.assertAlmostEqual(row["hours_to_acknowledge:avg"], 2.0)

    def test_overdue_is_what_waits_beyond_its_deadline(self):
        _case, _answered, overdue = self.make_dispute()
        pivot = self.pivot("Overdue handoffs")
        handoffs = overdue.with_user(self.supervisor)
        self.assertEqual(handoffs.search(pivot["domain"]), overdue)
        at_work(overdue).deadline = fields.Datetime.now() + timedelta(hours=1)
        self.assertFalse(handoffs.search(pivot["domain"]))

    def test_exposure_is_of_open_disputes(self):
        case, _answered, _overdue = self.make_dispute()
        pivot = self.pivot("Open disputes")
        self.assertEqual(self.read_pivot(pivot)["amount_disputed:sum"], 1200)
        self.close_dispute(case)
        self.assertFalse(self.read_pivot(pivot)["amount_disputed:sum"])


class TestSample(DashboardCommon):
    def test_sample_until_the_first_signal(self):
        dashboard = self.dashboard.with_user(self.supervisor)
        self.assertTrue(dashboard._dashboard_is_empty())
        self.write_in(ANNOUNCED)
        self.assertFalse(dashboard._dashboard_is_empty())

    def test_sample_looks_like_the_real_one(self):
        with file_open(self.dashboard.sample_dashboard_file_path) as sample_file:
            sample = json.load(sample_file)

        def shape(content):
            return [
                (figure["id"], figure["data"]["title"]["text"], figure["row"])
                for figure in content["sheets"][0]["figures"]
            ]

        self.assertEqual(shape(sample), shape(self.content))
        self.assertEqual(sample["version"], self.content["version"])
        for live in ("pivots", "lists", "chartOdooMenusReferences"):
            self.assertFalse(sample[live])


@tagged("post_install", "-at_install")
class TestInBrowser(DashboardCommon, HttpCase):
    def test_no_cell_and_no_chart_is_in_error(self):
        self.make_dispute()
        self.browser_js(
            f"/odoo/dashboards?dashboard_id={self.dashboard.id}",
            LOOK_FOR_ERRORS,
            "Boolean(document.querySelector('.o-figure canvas'))",
            login=self.supervisor.login,
        )

    def test_agent_is_refused(self):
        self.authenticate(self.agent_own.login, self.agent_own.login)
        with mute_logger("odoo.http"):
            answer = self.url_open(f"/spreadsheet/dashboard/data/{self.dashboard.id}")
        self.assertEqual(answer.status_code, 403)
