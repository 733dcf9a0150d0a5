import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dispute_way_agent_tour", {
    steps: () => [
        {
            content: "The ticket shows the words that count",
            trigger: "[name=dispute_legal]:contains('We act for Ms Paula Customer')",
        },
        {
            content: "Counsel speaks, nobody else",
            trigger: "[name=dispute_lock]:contains('only Alice Lawyer may write')",
        },
        {
            content: "What can be done is a note",
            trigger: ".o-mail-Chatter-logNote",
            run: "click",
        },
        {
            trigger: ".o-mail-Composer-input",
            run: "edit Their letter is here.",
        },
        {
            trigger: ".o-mail-Composer-send:enabled",
            run: "click",
        },
        {
            trigger: ".o-mail-Message-body:contains('Their letter is here.')",
        },
        {
            content: "Look at the dispute",
            trigger: ".o-form-buttonbox button[name=action_open_dispute]",
            run: "click",
        },
        {
            content: "It is held",
            trigger: ".ribbon:contains('Legal hold')",
        },
        {
            content: "Read it from top to bottom",
            trigger: "button[name=action_view_timeline]",
            run: "click",
        },
        {
            content: "The timeline has the words",
            trigger: ".o_data_row:contains('issue court proceedings')",
        },
    ],
});

tours.add("dispute_way_supervisor_tour", {
    steps: () => [
        {
            trigger: ".o_notebook .nav-link[name=handoffs]",
            run: "click",
        },
        {
            content: "The lawyer is done",
            trigger:
                "[name=handoff_ids] .o_data_row:contains('Alice Lawyer'):contains('Done')",
        },
        {
            content: "Close the dispute",
            trigger: "button[name=action_take_step]:contains('Next Stage')",
            run: "click",
        },
        {
            trigger: ".modal [name=rung] .o_select_menu_input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Closed')",
            run: "click",
        },
        {
            content: "How did it end?",
            trigger: ".modal [name=outcome] .o_select_menu_input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Settled')",
            run: "click",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "It can be opened again",
            trigger: "button[name=action_take_step]:contains('Open Again')",
        },
    ],
});
