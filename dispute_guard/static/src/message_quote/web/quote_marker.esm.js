/** Signs that do not count when words are compared: white space and invisible ones. */
const IGNORED = /[\s\u00ad\u200b-\u200f\u2060\ufeff]/;
const SPACE = /\s/;
const WORD = /[\p{L}\p{M}\p{N}]/u;
const UNREAD = "script, style, template";
/** Elements that run on inside a line: where they begin or end no new word begins. */
const INLINE =
    "a, abbr, b, bdi, bdo, cite, code, del, em, font, i, ins, kbd, mark, q, s, small, " +
    "span, strike, strong, sub, sup, tt, u, wbr";

/**
 * A text node and its letters, without what is ignored.
 *
 * @typedef {Object} Stretch
 * @property {Text} node
 * @property {String} letters
 * @property {Number[]} offsets where in the node each letter stands
 */

/** The letters of an element in one row, each with the way back to its text node. */
class Letters {
    /** @param {Node} root */
    constructor(root) {
        /** @type {Stretch[]} */
        this.stretches = [];
        /** @type {Set<Number>} letters with white space or a line break before them */
        this.firsts = new Set([0]);
        this.length = 0;
        this._collect(root);
        this.text = this.stretches.map((stretch) => stretch.letters).join("");
    }

    _collect(node) {
        if (node.nodeType === Node.TEXT_NODE) {
            this._collectText(node);
        } else if (!node.matches?.(UNREAD)) {
            const isBreak = !node.matches?.(INLINE);
            if (isBreak) {
                this.firsts.add(this.length);
            }
            for (const child of node.childNodes) {
                this._collect(child);
            }
            if (isBreak) {
                this.firsts.add(this.length);
            }
        }
    }

    _collectText(node) {
        const offsets = [];
        let letters = "";
        for (let offset = 0; offset < node.data.length; offset++) {
            const sign = node.data[offset];
            if (!IGNORED.test(sign)) {
                letters += sign;
                offsets.push(offset);
            } else if (SPACE.test(sign)) {
                this.firsts.add(this.length + offsets.length);
            }
        }
        this.length += offsets.length;
        if (letters) {
            this.stretches.push({node, letters, offsets});
        }
    }

    /**
     * Find a quote wherever it stands as whole words.
     *
     * @param {String} quote
     * @returns {[Number, Number][]} first letter, and the one after the last
     */
    find(quote) {
        const letters = quote.replace(new RegExp(IGNORED, "g"), "");
        const found = [];
        let start = letters ? this.text.indexOf(letters) : -1;
        while (start !== -1) {
            const end = start + letters.length;
            if (this._isWordBorder(start) && this._isWordBorder(end)) {
                found.push([start, end]);
            }
            start = this.text.indexOf(letters, start + 1);
        }
        return found;
    }

    _isWordBorder(at) {
        return (
            this.firsts.has(at) ||
            !WORD.test(this.text[at - 1] ?? "") ||
            !WORD.test(this.text[at] ?? "")
        );
    }
}

/**
 * Wrap a part of a text node. The node itself stays where it is, because the
 * component that rendered it still holds it.
 *
 * @param {Text} node
 * @param {Number} start
 * @param {Number} end
 * @param {String} title
 */
function wrap(node, start, end, title) {
    const words = node.splitText(start);
    words.splitText(end - start);
    const mark = document.createElement("mark");
    mark.className = "o_dispute_quote";
    mark.title = title;
    words.replaceWith(mark);
    mark.append(words);
}

/**
 * Wrap those letters of a text node that belong to a quote.
 *
 * @param {Stretch} stretch
 * @param {(index: Number) => Boolean} isMarked tells it for each letter of the stretch
 * @param {String} title
 * @returns {() => void} restores the text node
 */
function markStretch({node, offsets}, isMarked, title) {
    const text = node.data;
    const next = node.nextSibling;
    // From the end, so that the offsets before it stay true.
    for (let last = offsets.length - 1; last >= 0; last--) {
        if (isMarked(last)) {
            let first = last;
            while (first > 0 && isMarked(first - 1)) {
                first--;
            }
            wrap(node, offsets[first], offsets[last] + 1, title);
            last = first;
        }
    }
    return () => {
        while (node.nextSibling && node.nextSibling !== next) {
            node.nextSibling.remove();
        }
        node.data = text;
    };
}

/**
 * Mark the words of the quotes in an element. White space may differ, and a quote may
 * run over several elements; then each part of it is marked.
 *
 * @param {Node} root
 * @param {String[]} quotes
 * @param {String} title explains the mark to the reader
 * @returns {() => void} takes the marks away and restores the text nodes
 */
export function markQuotes(root, quotes, title) {
    const letters = new Letters(root);
    const marked = new Set();
    for (const [start, end] of quotes.flatMap((quote) => letters.find(quote))) {
        for (let at = start; at < end; at++) {
            marked.add(at);
        }
    }
    const restores = [];
    let from = 0;
    for (const stretch of letters.stretches) {
        const isMarked = (index) => marked.has(from + index);
        if (stretch.offsets.some((_offset, index) => isMarked(index))) {
            restores.push(markStretch(stretch, isMarked, title));
        }
        from += stretch.offsets.length;
    }
    return () => restores.reverse().forEach((restore) => restore());
}
