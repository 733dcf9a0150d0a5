import {Message} from "@mail/core/common/message_model";
import {patch} from "@web/core/utils/patch";

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {String[]} words of the body that carry a signal */
        this.dispute_quotes = [];
    },
});
