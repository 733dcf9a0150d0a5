import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

tours.add("dispute_handoff_tour", {
    steps: () => [
        {
            content: "Hand the dispute to a mediator",
            trigger: "button[name=action_hand_off]",
            run: "click",
        },
        {
            trigger:
                ".modal [name=role] .o_select_menu_input, .modal [name=role] input",
            run: "click",
        },
        {
            content: "As a mediator",
            trigger: ".o_select_menu_item:contains('Mediator')",
            run: "click",
        },
        {
            trigger: ".modal [name=desired_outcome] textarea",
            run: "edit Peace before Christmas.",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "Send it now",
            trigger: "button[name=action_dispatch]",
            run: "click",
        },
        {
            content: "The mediator was chosen and asked",
            trigger: ".o_field_widget[name=professional_id]:contains('Mia Mediator')",
        },
        {
            content: "Record what the other side said",
            trigger: "button[name=action_record_consent]",
            run: "click",
        },
        {
            content: "What it costs is shown",
            trigger: ".modal [name=price_note]:contains('an hour')",
        },
        {
            trigger: ".modal [name=side] input[data-value=theirs]",
            run: "click",
        },
        {
            trigger: ".modal [name=words] textarea",
            run: "edit We agree to talk.",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('We agree to talk.')",
        },
        {
            content: "She declines on the phone",
            trigger: "button:contains('Declines')",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit No time.",
        },
        {
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "Somebody has to be written to",
            trigger: "button[name=action_dispatch]",
        },
        {
            trigger: ".nav-link[name=chain]",
            run: "click",
        },
        {
            content: "The chain tells who was asked and why",
            trigger: ".o_data_row:contains('Mia Mediator'):contains('Declined')",
        },
    ],
});
