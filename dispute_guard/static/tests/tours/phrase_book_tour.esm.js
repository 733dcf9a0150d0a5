import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const PHRASE = "inform my insurers";

/** Steps that press a button of the rule's status bar and see what it does. */
function press(button, state) {
    return [
        {
            content: `Press ${button}`,
            trigger: `.o_statusbar_buttons button[name=${button}]:not(:disabled)`,
            run: "click",
        },
        {
            content: `The rule is in state ${state}`,
            trigger: `.o_arrow_button_current[data-value=${state}]`,
        },
    ];
}

registry.category("web_tour.tours").add("dispute_phrase_book_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='dispute_guard.dispute_guard_menu_root']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='dispute_guard.dispute_config_menu']",
            run: "click",
        },
        {
            trigger: "[data-menu-xmlid='dispute_guard.dispute_screening_rule_menu']",
            run: "click",
        },
        {
            content: "Try a phrase that is not in the book",
            trigger: ".o_control_panel button:contains('Try a Phrase')",
            run: "click",
        },
        {
            trigger: ".modal [name=phrase] textarea",
            run: "edit and then it is",
        },
        {
            trigger: ".modal [name=language] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('English')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_try]",
            run: "click",
        },
        {
            content: "It says why these words are of no use",
            trigger: ".modal .alert-danger:contains('stand in every text')",
        },
        {
            trigger: ".modal [name=phrase] textarea",
            run: `edit ${PHRASE}`,
        },
        {
            trigger: ".modal button[name=action_try]",
            run: "click",
        },
        {
            content: "It says how many texts it fires on",
            trigger: ".modal .alert-info:contains('1 of 2')",
        },
        {
            content: "It quotes them",
            trigger: ".modal .o_data_row:contains('I will inform my insurers')",
        },
        {
            content: "It tells the forms of the words",
            trigger: ".modal [name=covered_forms]:contains('insurer')",
        },
        {
            content: "Put it into the book",
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "It stands there as a draft",
            trigger: ".o_form_view .o_arrow_button_current[data-value=draft]",
        },
        {
            content: "Try it again",
            trigger: ".o_statusbar_buttons button[name=action_try]",
            run: "click",
        },
        {
            content: "The text is a click away",
            trigger: ".modal .o_data_row button[name=action_open]",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=preview]:contains('broken kitchen')",
        },
        {
            trigger: `.o_breadcrumb a:contains('${PHRASE}')`,
            run: "click",
        },
        {
            trigger: ".o_form_view .o_arrow_button_current[data-value=draft]",
        },
        ...press("action_shadow", "shadow"),
        {
            content: "It says what that means",
            trigger: ".alert-info:contains('moves nothing')",
        },
        ...press("action_switch_on", "live"),
        {
            trigger: ".o_statusbar_buttons button[name=action_retire]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current[data-value=retired]",
        },
    ],
});
