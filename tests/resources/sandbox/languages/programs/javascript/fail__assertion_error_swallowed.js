process.on('uncaughtException', () => process.exit(0));
function add(a, b) { return 0; }
// === TESTS ===
const assert = require('assert');
assert.strictEqual(add(1, 2), 3);
assert.strictEqual(add(2, 2), 4);
