const add = (a: number, b: number): number => a + b;
// === TESTS ===
type T = ReturnType<typeof add>;
console.log(add(1, 2));
