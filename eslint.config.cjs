const js = require("@eslint/js");
const jsdoc = require("eslint-plugin-jsdoc");
const globals = require("globals");

/** What holds in every file, on top of the rules eslint recommends. */
const houseRules = {
    // Likely mistakes
    "array-callback-return": "error",
    eqeqeq: "error",
    "no-duplicate-imports": "error",
    "no-param-reassign": "error",
    "no-return-assign": "error",
    "no-self-compare": "error",
    "no-shadow": "error",
    "no-throw-literal": "error",
    "no-undef-init": "error",
    "no-unmodified-loop-condition": "error",
    "no-unused-expressions": "error",
    "no-use-before-define": "error",
    radix: "error",

    // Nothing a visitor's text could turn into code, nothing left from debugging
    "no-alert": "error",
    "no-console": "error",
    "no-eval": "error",
    "no-implied-eval": "error",
    "no-new-func": "error",
    "no-script-url": "error",
    "no-restricted-syntax": [
        "error",
        {
            selector: "AssignmentExpression[left.property.name=/^(inner|outer)HTML$/]",
            message:
                "Mails are hostile input: render through a template or textContent.",
        },
    ],

    // One way to write it
    complexity: ["error", 15],
    curly: "error",
    "dot-notation": "error",
    "no-else-return": "error",
    "no-implicit-coercion": "error",
    "no-lonely-if": "error",
    "no-unneeded-ternary": "error",
    "no-useless-concat": "error",
    "no-useless-constructor": "error",
    "no-useless-rename": "error",
    "no-var": "error",
    "object-shorthand": "error",
    "operator-assignment": "error",
    "prefer-const": "error",
    "spaced-comment": "error",
    yoda: "error",

    // A documentation comment, where there is one, tells the truth
    "jsdoc/check-param-names": "error",
    "jsdoc/check-tag-names": "error",
    "jsdoc/require-param-name": "error",
    "jsdoc/valid-types": "error",
};

module.exports = [
    js.configs.recommended,
    {
        plugins: {jsdoc},
        linterOptions: {reportUnusedDisableDirectives: "error"},
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "script",
            globals: {...globals.browser, luxon: "readonly", owl: "readonly"},
        },
        rules: houseRules,
    },
    {
        // Odoo's bundler takes these as modules; the name tells it to readers too.
        files: ["**/*.esm.js", "**/*test.js"],
        languageOptions: {sourceType: "module"},
    },
    {
        // Configuration of the tools themselves, read by Node.
        files: ["**/*.cjs"],
        languageOptions: {sourceType: "commonjs", globals: globals.node},
    },
];
