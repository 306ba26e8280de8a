const add = async (a, b) => { await null; return a + b; };
// === TESTS ===
const assert = require('assert');
(async () => {
  assert.strictEqual(await add(1, 2), 3);
  await assert.rejects(async () => { throw new Error('x'); });
})();
