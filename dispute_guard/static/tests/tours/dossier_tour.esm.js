import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_dossier_tour", {
    steps: () => [
        {
            content: "Open a new dossier of the dispute",
            trigger: "button[name=action_dossier]",
            run: "click",
        },
        {
            content: "Everything recorded is proposed",
            trigger: ".o_data_row:contains('My kitchen')",
        },
        {
            content: "Leave the handoff out",
            trigger:
                ".o_data_row:contains('Eleanor Lawyer') [name=is_withheld] input:not(:checked)",
            run: "click",
        },
        {
            content: "Say why",
            trigger:
                ".o_data_row:contains('Eleanor Lawyer') [name=reason] input, .o_data_row:contains('Eleanor Lawyer') [name=reason].o_data_cell",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Eleanor Lawyer') [name=reason] input",
            run: "edit Not asked for",
        },
        {
            content: "Have it made",
            trigger: "button[name=action_build]:contains('Make Dossier')",
            run: "click",
        },
        {
            content: "It waits for the scheduled action",
            trigger: ".o_statusbar_status [data-value=queued].o_arrow_button_current",
        },
    ],
});
