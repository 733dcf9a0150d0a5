# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Spreadsheet dashboard for disputes",
    "summary": "Disputes, legal threats and handoffs in the Dashboards app",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Services/Helpdesk",
    "website": "https://github.com/OCA/helpdesk",
    "author": "Dispute Guard contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "depends": ["dispute_guard", "spreadsheet_dashboard"],
    "auto_install": ["dispute_guard", "spreadsheet_dashboard"],
    "data": [
        "views/dispute_report_menus.xml",
        "data/dashboards.xml",
    ],
}
