function add(a, b) { return a + b; }
// === TESTS ===
const assert = require('assert');
function testAdd() { assert.equal(add(1, 2), 3); }
const testMore = () => assert.equal(add(0, 0), 0);
testAdd();
testMore();
process.exit(0);
