import {Message} from "@mail/core/common/message_model";
import {patch} from "@web/core/utils/patch";

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {Boolean} whether a legal hold keeps the message as it is */
        this.dispute_held = false;
    },
    /** The server refuses to edit or delete what is held: do not offer it. */
    get editable() {
        return !this.dispute_held && super.editable;
    },
});
