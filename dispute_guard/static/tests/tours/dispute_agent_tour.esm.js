import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

/** Steps that open the records behind a button of the ticket, look, and come back. */
function visit(button, ...steps) {
    return [
        {
            content: `Open what the button ${button} shows`,
            trigger: `.o-form-buttonbox button[name=${button}]`,
            run: "click",
        },
        ...steps,
        {
            content: "Back to the ticket",
            trigger: ".o_breadcrumb a:contains('My kitchen')",
            run: "click",
        },
        {
            content: "The ticket is open again",
            trigger: ".o_form_view [name=dispute_legal]",
        },
    ];
}

/** Steps that open the first record of a list which contains the text. */
function openRow(text) {
    return [
        {
            content: `Open the record with “${text}”`,
            trigger: `body:not(:has(.o_form_view)) .o_data_cell:contains("${text}")`,
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("dispute_agent_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open Helpdesk",
            trigger:
                ".o_app[data-menu-xmlid='helpdesk_mgmt.helpdesk_ticket_main_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='helpdesk_mgmt.helpdesk_ticket_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='helpdesk_mgmt.helpdesk_all_ticket_menu']",
            run: "click",
        },
        {
            content: "The list tells the tickets apart",
            trigger: ".o_data_row:contains('My kitchen') .badge:contains('Legal')",
        },
        ...openRow("My kitchen"),
        {
            content: "The bar says level and words",
            trigger:
                "[name=dispute_legal]:contains('Legal'):contains('instructed my solicitor')",
        },
        {
            content: "It says who speaks now and what not to do",
            trigger:
                "[name=dispute_legal] [name=dispute_advice]:contains('Eleanor Lawyer'):contains('admit nothing')",
        },
        {
            content: "The words are marked where they stand",
            trigger:
                ".o-mail-Message-body > div:shadow mark:contains('instructed my solicitor')",
        },
        {
            content: "Look at the signals",
            trigger: "a[name=dispute_signals]",
            run: "click",
        },
        {
            content: "Confirm the threat",
            trigger:
                ".o_data_row:contains('instructed my solicitor') button[name=action_confirm]",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('instructed my solicitor') .badge:contains('Confirmed')",
        },
        {
            content: "Dismiss the other one",
            trigger: ".o_data_row:contains('furious') button[name=action_dismiss]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit She means the supplier, not us.",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('furious') .badge:contains('Dismissed')",
        },
        {
            content: "What was dismissed is no longer marked",
            trigger:
                ".o-mail-Message-body > div:shadow span:not(:has(mark:contains('furious')))",
        },
        ...visit("action_open_dispute", {
            content: "The dispute is under legal hold",
            trigger: ".ribbon:contains('Legal hold')",
        }),
        ...visit("action_view_dispute_handoffs", ...openRow("Eleanor Lawyer"), {
            content: "The brief quotes the customer",
            trigger: "[name=brief]:contains('instructed my solicitor')",
        }),
        ...visit(
            "action_view_dispute_evidence",
            ...openRow("instructed my solicitor"),
            {
                content: "The evidence is intact",
                trigger: ".alert-success:contains('matches the digest')",
            }
        ),
        ...visit(
            "action_view_dispute_agreements",
            {
                content: "The agreement is proposed; it matters",
                trigger: ".o_data_row:contains('K-7') button[name=action_link]",
                run: "click",
            },
            {
                trigger: ".o_data_row:contains('K-7') .badge:contains('Linked')",
            }
        ),
    ],
});
