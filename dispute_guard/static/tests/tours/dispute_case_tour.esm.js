import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("dispute_case_timeline_tour", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_view_efforts]",
            run: "click",
        },
        {
            content: "An effort is noted",
            trigger: ".o_control_panel button[name=action_note]",
            run: "click",
        },
        {
            trigger: ".modal [name=words] textarea",
            run: "edit A new worktop, free of charge",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('A new worktop')",
        },
        {
            trigger:
                ".o_breadcrumb .o_back_button, .breadcrumb-item a:contains('kitchen')",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_view_timeline]",
            run: "click",
        },
        {
            content: "It stands in the timeline with what was said",
            trigger:
                ".o_list_view .o_data_row:contains('Offer: A new worktop, free of charge')",
        },
        {
            trigger: ".o_list_view .o_data_row:contains('solicitor')",
        },
        {
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains('Efforts Made')",
            run: "click",
        },
        {
            content: "Only what we did is left",
            trigger:
                ".o_list_view:not(:has(.o_data_row:contains('solicitor'))) .o_data_row:contains('worktop') [name=text]",
            run: "click",
        },
        {
            content: "A row opens its record",
            trigger: ".o_form_view [name=author]:contains('Sven Supervisor')",
        },
    ],
});

registry.category("web_tour.tours").add("dispute_case_proposal_tour", {
    steps: () => [
        {
            content: "The ticket asks whether it belongs to the dispute",
            trigger: ".o_form_view .alert:contains('open dispute')",
        },
        {
            trigger: "button[name=action_join_dispute]",
            run: "click",
        },
        {
            content: "It is in the dispute",
            trigger:
                ".o_form_view:not(:has(button[name=action_join_dispute])) button[name=action_open_dispute]",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name=action_split]",
            run: "click",
        },
        {
            trigger: ".modal [name=title] input",
            run: "edit The lamp",
        },
        {
            trigger: ".modal [name=ticket_ids] input",
            run: "edit My lamp",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains('My lamp')",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit Nothing to do with the kitchen",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The new dispute says where it comes from",
            trigger: ".o_form_view .alert:contains('Nothing to do with the kitchen')",
        },
        {
            trigger: "button[name=action_merge]",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit It was in the kitchen after all",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "The first one has both again",
            trigger: ".o_form_view button[name=action_split]",
        },
    ],
});
