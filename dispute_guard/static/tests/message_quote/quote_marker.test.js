import {describe, expect, test} from "@odoo/hoot";
import {markQuotes} from "@dispute_guard/message_quote/web/quote_marker.esm";

describe.current.tags("headless");

/** The element that holds this HTML. */
function parse(html) {
    return new DOMParser().parseFromString(html, "text/html").body;
}

/** Mark the quotes in the HTML and return the words of each mark. */
function getMarked(html, ...quotes) {
    const body = parse(html);
    markQuotes(body, quotes, "");
    return [...body.querySelectorAll("mark")].map((mark) => mark.textContent);
}

test("words inside a text", () => {
    const body = parse("<p>Pay, or I will sue you. Really.</p>");
    markQuotes(body, ["I will sue you"], "why");
    expect(body.innerHTML).toBe(
        '<p>Pay, or <mark class="o_dispute_quote" title="why">I will sue you</mark>. Really.</p>'
    );
});

test("white space and invisible signs may differ", () => {
    const html = "<pre>I\u00a0will\n   su\u00ade   you</pre>";
    expect(getMarked(html, "I will sue\nyou")).toEqual([
        "I\u00a0will\n   su\u00ade   you",
    ]);
});

test("a quote that runs over elements and line breaks", () => {
    const html = "<div>I <b>will</b> see<br>you in</div>\n<div>court.</div>";
    expect(getMarked(html, "I will see you in court")).toEqual([
        "I",
        "will",
        "see",
        "you in",
        "court",
    ]);
});

test("a word that markup cuts in two", () => {
    expect(getMarked("<p>I will s<b>u</b>e</p>", "I will sue")).toEqual([
        "I will s",
        "u",
        "e",
    ]);
});

test("only whole words", () => {
    expect(getMarked("<p>The issue yours</p>", "sue you")).toEqual([]);
    expect(getMarked("<p>a tissue</p><p>sue</p>", "sue")).toEqual(["sue"]);
    expect(getMarked("<p>подам в суд, судно</p>", "суд")).toEqual(["суд"]);
});

test("each occurrence, and quotes that overlap", () => {
    expect(getMarked("<p>court, then court</p>", "court")).toEqual(["court", "court"]);
    const html = "<p>I will see you in court tomorrow</p>";
    expect(getMarked(html, "see you in court", "court tomorrow")).toEqual([
        "see you in court tomorrow",
    ]);
});

test("a quote is text, never markup or a pattern", () => {
    const quote = "<img src=x onerror=alert(1)> (.*)";
    const body = parse("<p>&lt;img src=x onerror=alert(1)&gt; (.*) and more</p>");
    markQuotes(body, [quote], '"><b>');
    expect(body.querySelector("mark").textContent).toBe(quote);
    expect(body.querySelector("mark").title).toBe('"><b>');
    expect(body.querySelectorAll("img, b")).toHaveLength(0);
});

test("nothing to mark", () => {
    for (const quotes of [[], [""], [" \n"], ["not there"]]) {
        expect(getMarked("<p>Hello<style>not there</style></p>", ...quotes)).toEqual(
            []
        );
    }
});

test("taking the marks away restores the very same text nodes", () => {
    const body = parse("I will sue you, I will sue you! <b>I will</b> sue");
    const html = body.innerHTML;
    const nodes = [...body.childNodes];
    const unmark = markQuotes(body, ["I will sue", "will sue you!"], "");
    expect(body.querySelectorAll("mark")).toHaveLength(4);
    expect(body.contains(nodes[0])).toBe(true);
    unmark();
    expect(body.innerHTML).toBe(html);
    expect([...body.childNodes]).toEqual(nodes);
});
