const add = (a, b) => a - b;
// === TESTS ===
console.assert(add(1, 2) === 3, 'add');
