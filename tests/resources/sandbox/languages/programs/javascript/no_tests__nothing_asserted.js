const add = (a, b) => a - b;
// === TESTS ===
console.log(add(1, 2));
