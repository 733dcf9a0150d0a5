import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_gate_agent_tour", {
    steps: () => [
        {
            content: "The ticket says who may write",
            trigger: "[name=dispute_lock]:contains('only Alice Lawyer may write')",
        },
        {
            content: "Something was withheld",
            trigger: "[name=dispute_withheld]:contains(withheld)",
        },
        {
            trigger: ".o-mail-Chatter-sendMessage",
            run: "click",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: "edit We owe you nothing",
        },
        {
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "The refusal is readable",
            trigger: ".modal-body:contains('only Alice Lawyer may write')",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o-mail-Chatter-logNote",
            run: "click",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: "edit Ask the warehouse",
        },
        {
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            content: "A note is still possible",
            trigger: ".o-mail-Message-body:contains('Ask the warehouse')",
        },
        {
            trigger: "[name=dispute_withheld] button",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name=subject]:contains('Your ticket')",
            run: "click",
        },
        {
            content: "An agent can neither release nor drop it",
            trigger:
                ".o_form_view:not(:has(button[name=action_release])) [name=reason]",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_gate_counsel_tour", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_release]",
            run: "click",
        },
        {
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It was released",
            trigger:
                ".o_form_view [name=state] .o_arrow_button_current:contains('Released')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_gate_supervisor_tour", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_place_lock]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit Their lawyer has written",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The dispute says who may write",
            trigger: "[name=lock]:contains('Their lawyer has written')",
        },
        {
            trigger: ".o_notebook .nav-link[name=locks]",
            run: "click",
        },
        {
            trigger: "[name=lock_ids] .o_data_row button[name=action_lift]",
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
            content: "Everybody may write again",
            trigger: ".o_form_view button[name=action_place_lock]",
        },
    ],
});
