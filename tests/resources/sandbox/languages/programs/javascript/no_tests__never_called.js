const add = (a, b) => a - b;
// === TESTS ===
const assert = require('assert');
function testAdd() { assert.strictEqual(add(1, 2), 3); }
