import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_ladder_break_tour", {
    steps: () => [
        {
            content: "After three heated mails a call is proposed",
            trigger: "[name=dispute_channel]:contains('3 heated mails')",
        },
        {
            trigger: "button[name=action_plan_dispute_call]",
            run: "click",
        },
        {
            content: "The call is planned",
            trigger: "[name=dispute_channel]:contains('A call is planned')",
        },
        {
            trigger: "button[name=action_dispute_cool_off]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit It goes in circles",
        },
        {
            trigger: ".modal [name=plan_call] input",
            run: "uncheck",
        },
        {
            trigger: ".modal button[name=action_apply]:contains('Pause')",
            run: "click",
        },
        {
            content: "The dispute cools off",
            trigger: "button[name=action_open_dispute]:contains('Cooling-off')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_ladder_refused_tour", {
    steps: () => [
        {
            content: "The status bar is no way round",
            trigger: ".o_statusbar_status .dropdown-toggle:contains('Discuss')",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Court')",
            run: "click",
        },
        {
            content: "It says what is missing and who can override it",
            trigger:
                ".modal:contains('The sum in dispute is known'):contains('Clara Counsel')",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_button_cancel",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .dropdown-toggle:contains('Discuss')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_ladder_override_tour", {
    steps: () => [
        {
            trigger: "button[name=action_take_step]:contains('Next Stage')",
            run: "click",
        },
        {
            content: "The window says what is missing",
            trigger: ".modal [name=missing]:contains('The sum in dispute is known')",
        },
        {
            trigger: ".modal [name=override] input",
            run: "check",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit It lapses tomorrow",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status:contains('Mediation')",
        },
        {
            trigger: ".o_notebook .nav-link[name=steps]",
            run: "click",
        },
        {
            content: "The step is there with its reason",
            trigger: "[name=step_ids] .o_data_row:contains('It lapses tomorrow')",
        },
    ],
});
