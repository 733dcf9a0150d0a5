import {Composer} from "@mail/core/common/composer";
import {patch} from "@web/core/utils/patch";

patch(Composer.prototype, {
    /** Leave the composer usable, with its text, when the server refuses a message. */
    async processMessage() {
        try {
            return await super.processMessage(...arguments);
        } catch (error) {
            this.state.active = true;
            throw error;
        }
    },
});
