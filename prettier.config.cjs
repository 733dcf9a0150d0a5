/** @type {import("prettier").Config} */
module.exports = {
    // Resolved here because prettier looks for a bare name beside the project,
    // while the hook installs the plugin in an environment of its own.
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    trailingComma: "es5",
    // White space inside views and mail templates reaches the reader.
    xmlWhitespaceSensitivity: "preserve",
};
