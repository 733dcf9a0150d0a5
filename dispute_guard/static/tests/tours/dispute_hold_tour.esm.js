import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_hold_ask_tour", {
    steps: () => [
        {
            content: "The dispute is under legal hold",
            trigger: ".o_form_view .ribbon:contains('Legal hold')",
        },
        {
            trigger: ".o_notebook .nav-link:contains('Legal Hold')",
            run: "click",
        },
        {
            content: "Hold and custodians are there",
            trigger: "[name=hold_custodian_ids] .o_data_row:contains('Tessa Agent')",
        },
        {
            trigger: "button[name=action_release_hold]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit Settled on 3 November",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The hold goes on until somebody else confirms",
            trigger:
                ".o_form_view:not(:has(button[name=action_confirm_release])) button[name=action_refuse_release]",
        },
        {
            trigger: ".ribbon:contains('Legal hold')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_hold_confirm_tour", {
    steps: () => [
        {
            content: "The second person is asked",
            trigger: ".o_form_view button[name=action_confirm_release]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The hold is over",
            trigger: ".o_form_view:not(:has(.ribbon:contains('Legal hold')))",
        },
        {
            trigger: ".o_form_view button[name=action_place_hold]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit The insurer asks",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It is held again",
            trigger: ".o_form_view .ribbon:contains('Legal hold')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_hold_custodian_tour", {
    steps: () => [
        {
            content: "The custodian reads what he has to keep",
            trigger: ".o_form_view button[name=action_acknowledge]",
            run: "click",
        },
        {
            trigger:
                ".o_form_view [name=state] .o_arrow_button_current:contains('Acknowledged')",
        },
    ],
});
