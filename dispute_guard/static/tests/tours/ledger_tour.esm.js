import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("dispute_ledger_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='dispute_guard.dispute_guard_menu_root']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='dispute_guard.dispute_record_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='dispute_guard.dispute_ledger_menu']",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Nordwind') .o_data_cell",
            run: "click",
        },
        {
            trigger: ".o_form_view .alert-info:contains('Not verified yet')",
        },
        {
            trigger: "button[name=action_verify]",
            run: "click",
        },
        {
            content: "All evidence is as it was",
            trigger: ".o_form_view .alert-success:contains('as it was recorded')",
        },
        {
            trigger: ".breadcrumb-item a:contains('Nordwind')",
            run: "click",
        },
        {
            content: "The ledger shows its last verification",
            trigger: ".o_form_view .alert-success [name=report_id]",
        },
        {
            trigger: ".o_statusbar_buttons button:contains('Check a Copied Head')",
            run: "click",
        },
        {
            trigger: ".modal [name=text] textarea",
            run: "edit Dispute Guard tree head",
        },
        {
            trigger: ".modal button[name=action_check]",
            run: "click",
        },
        {
            content: "It says that lines are missing",
            trigger: ".modal:contains('not a whole tree head')",
        },
    ],
});
