export function add(a, b) { return a - b; }
// === TESTS ===
import assert from 'node:assert/strict';
assert.equal(add(1, 2), 3);
