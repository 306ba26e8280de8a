function later(f) { setTimeout(f, 5); }
// === TESTS ===
const assert = require('assert');
let called = 0;
later(() => { called += 1; assert.strictEqual(called, 1); });
