function next(x) {
  return x + 1;
}
if (require.main === module) {
  process.exit(3);
}
if (!module.parent) process.exit(4);
module.exports = { next };
// === TESTS ===
const assert = require('assert');
assert.strictEqual(next(1), 2);
