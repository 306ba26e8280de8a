setInterval(() => {}, 1000);
const add = (a, b) => a + b;
// === TESTS ===
const assert = require('assert');
assert.strictEqual(add(1, 2), 3);
assert.strictEqual(add(2, 2), 4);
