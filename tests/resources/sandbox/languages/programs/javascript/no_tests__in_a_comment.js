const add = (a, b) => a - b;
// === TESTS ===
// assert.strictEqual(add(1, 2), 3)
const s = 'assert(add(1, 2) === 3)';
