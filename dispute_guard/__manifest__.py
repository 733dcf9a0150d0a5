# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Dispute Guard",
    "summary": "Recognises legal threats in helpdesk mails, keeps the proof, hands off",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Services/Helpdesk",
    "website": "https://github.com/OCA/helpdesk",
    "author": "Dispute Guard contributors, Odoo Community Association (OCA)",
    "license": "AGPL-3",
    "application": True,
    "depends": ["helpdesk_mgmt", "agreement", "resource"],
    "data": [
        "security/dispute_guard_groups.xml",
        "security/ir.model.access.csv",
        "security/dispute_guard_security.xml",
        "data/ir_sequence_data.xml",
        "data/mail_activity_type_data.xml",
        "data/mail_template_data.xml",
        "data/ir_cron_data.xml",
        "data/dispute_policy_rule_data.xml",
        "wizards/dispute_case_release_views.xml",
        "wizards/dispute_signal_dismiss_views.xml",
        "views/dispute_signal_views.xml",
        "views/dispute_evidence_views.xml",
        "views/dispute_handoff_views.xml",
        "views/dispute_agreement_link_views.xml",
        "views/dispute_inbound_views.xml",
        "views/dispute_case_views.xml",
        "views/dispute_professional_views.xml",
        "views/dispute_policy_rule_views.xml",
        "views/dispute_policy_firing_views.xml",
        "views/helpdesk_ticket_views.xml",
        "views/dispute_guard_menus.xml",
    ],
    "demo": [
        "demo/res_users_demo.xml",
        "demo/res_partner_demo.xml",
        "demo/agreement_demo.xml",
        "demo/ir_attachment_demo.xml",
        "demo/dispute_guard_demo.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_backend": [
            "dispute_guard/static/src/**/*",
        ],
        # Mails stand in a shadow root of the chatter, which loads this bundle alone.
        "mail.assets_message_email": [
            "dispute_guard/static/src/message_quote/web/message_quote.css",
        ],
        "web.assets_tests": [
            "dispute_guard/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "dispute_guard/static/tests/**/*.test.js",
        ],
    },
}
