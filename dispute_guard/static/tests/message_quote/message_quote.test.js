import {
    contains,
    defineMailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import {describe, test} from "@odoo/hoot";
import {getService} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

/**
 * Open a record with one message in its chatter.
 *
 * @param {Object} values of the message
 * @returns {(quotes: String[]) => void} tells the page what to mark in the message
 */
async function openMessage(values) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({name: "Priya"});
    const id = pyEnv["mail.message"].create({
        ...values,
        author_id: partnerId,
        model: "res.partner",
        res_id: partnerId,
    });
    await start();
    await openFormView("res.partner", partnerId);
    const store = getService("mail.store");
    return (quotes) => store["mail.message"].insert({id, dispute_quotes: quotes});
}

test("words are marked in a message and follow what the server says", async () => {
    const tell = await openMessage({
        body: "<p>Pay me, or I will see you in court.</p>",
        message_type: "comment",
    });
    await contains(".o-mail-Message:contains('Pay me')");
    await contains("mark.o_dispute_quote", {count: 0});
    tell(["I will see you in court"]);
    await contains("mark.o_dispute_quote", {text: "I will see you in court"});
    tell(["Pay me"]);
    await contains("mark.o_dispute_quote", {text: "Pay me"});
    tell([]);
    await contains("mark.o_dispute_quote", {count: 0});
    await contains(".o-mail-Message-richBody", {
        text: "Pay me, or I will see you in court.",
    });
});

test("words are marked in an e-mail, which stands in a shadow root", async () => {
    const tell = await openMessage({
        body: "<div>My <b>solicitors</b> will<br>write to you.</div>",
        message_type: "email",
    });
    const parent = [".o-mail-Message-body > div", {shadowRoot: true}];
    await contains("b", {text: "solicitors", parent});
    tell(["solicitors will\nwrite"]);
    await contains("mark.o_dispute_quote", {count: 3, parent});
    tell([]);
    await contains("mark.o_dispute_quote", {count: 0, parent});
});
