import {
    click,
    contains,
    defineMailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import {describe, test} from "@odoo/hoot";
import {getService, serverState} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

/**
 * Open the menu of one's own message on a record.
 *
 * @param {Boolean} held
 */
async function openMenu(held) {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({name: "Priya"});
    const id = pyEnv["mail.message"].create({
        author_id: serverState.partnerId,
        body: "<p>We shall pay.</p>",
        message_type: "comment",
        model: "res.partner",
        res_id: partnerId,
    });
    await start();
    await openFormView("res.partner", partnerId);
    await contains(".o-mail-Message:contains('We shall pay')");
    getService("mail.store")["mail.message"].insert({id, dispute_held: held});
    await click(".o-mail-Message [title='Expand']");
    await contains(".o-mail-Message-moreMenu");
}

test("a message can be edited and deleted", async () => {
    await openMenu(false);
    await contains(".o-mail-Message-moreMenu .fa-trash");
});

test("a message under a legal hold offers no change", async () => {
    await openMenu(true);
    await contains(".o-mail-Message-moreMenu .fa-trash", {count: 0});
    await contains(".o-mail-Message-moreMenu .fa-pencil", {count: 0});
});
