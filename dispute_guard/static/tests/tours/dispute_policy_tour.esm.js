import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_policy_explanation_tour", {
    steps: () => [
        {
            trigger: ".o_form_view .nav-link[name=dispute_signals]",
            run: "click",
        },
        {
            trigger: "button[name=action_explain_dispute_policy]",
            run: "click",
        },
        {
            content: "What acted comes first, with what it did",
            trigger:
                ".modal .o_data_row:first:contains('Asks for somebody senior'):contains('Acted'):contains('Superior')",
        },
        {
            content: "What nearly acted says what is missing",
            trigger:
                ".modal .o_data_row:contains('Three heated messages'):contains('Nearly acted'):contains('1 so far') .fa-times",
        },
        {
            trigger: ".modal .modal-footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_policy_rule_tour", {
    steps: () => [
        {
            content: "The shipped rules are there",
            trigger: ".o_data_row:contains('Legal action announced: lawyer')",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Angry Latvians",
        },
        {
            trigger: ".o_field_widget[name=mode] label:contains('Shadow')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=kind] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Hostile tone')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=other_kind_ids] input",
            run: "edit press",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Pressure')",
            run: "click",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});
