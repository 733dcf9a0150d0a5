import {Message} from "@mail/core/common/message";
import {_t} from "@web/core/l10n/translation";
import {markQuotes} from "./quote_marker.esm";
import {patch} from "@web/core/utils/patch";
import {useEffect} from "@odoo/owl";

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        // After the effects of the original, which write and prepare the body.
        useEffect(
            (body, quotes) => {
                if (body && quotes.length) {
                    return markQuotes(
                        body,
                        quotes,
                        _t("These words point to a dispute")
                    );
                }
            },
            () => [
                this.shadowBody.el ? this.shadowRoot : this.messageBody.el,
                this.message.dispute_quotes,
                this.message.richBody,
                this.message.showTranslation,
                this.message.richTranslationValue,
                this.props.messageSearch?.searchTerm,
                this.isEditing,
            ]
        );
    },
});
