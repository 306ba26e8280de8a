// Runs an answer with its tests in Node and proves that the tests ran to their end.
// Started as `node node.js`; plan.json says what to expect. Everything the proof needs is taken hold of
// before the answer's first line: the first half of the token, the functions that write it, the assertions.
'use strict';
const fs = require('fs');
const Module = require('module');
const vm = require('vm');
const path = require('path');

const { readSync, writeSync } = fs;
const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
const stop = process.reallyExit.bind(process);
const half = () => {
  const bytes = Buffer.alloc(16);
  let got = 0;
  while (got < 16) {
    const n = readSync(4, bytes, got, 16 - got);
    if (n === 0) break;
    got += n;
  }
  return bytes.latin1Slice(0, got);
};
const first = half();

const plan = JSON.parse(fs.readFileSync('plan.json', 'utf8'));
let held = 0; // assertions that held
let open = 0; // async functions of the tests that have begun and not ended
let ended = false;
let broken = false;

// assertions count as they hold, and cannot be replaced
const original = require('assert');
const counted = (f) => function (...args) {
  const result = apply(f, this, args);
  if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
    return result.then((value) => { held += 1; return value; });
  }
  held += 1;
  return result;
};
const faces = new Map();
const face = (assert) => {
  if (faces.has(assert)) return faces.get(assert);
  const made = counted(assert);
  faces.set(assert, made);
  for (const key of ownKeys(assert)) {
    if (key === 'prototype' || key === 'length' || key === 'name') continue;
    const value = assert[key];
    const plain = typeof value !== 'function' || key === 'AssertionError' || key === 'CallTracker' || key === 'Assert';
    made[key] = key === 'strict' ? face(value) : plain ? value : counted(value);
  }
  return Object.freeze(made);
};
const proven = face(original);
defineProperty(globalThis, plan.mark, {
  value: Object.freeze({
    assert: proven,
    begin() { open += 1; },
    end() { open -= 1; },
    exit(status) { if (!status && !process.exitCode) ended = true; process.exit(status); },
  }),
});
const load = Module._load;
defineProperty(Module, '_load', { writable: false, configurable: false, value(name, ...rest) {
  if (name === 'assert' || name === 'node:assert') return proven;
  if (name === 'assert/strict' || name === 'node:assert/strict') return proven.strict;
  return apply(load, this, [name, ...rest]);
} });
defineProperty(console, 'assert', {
  value(condition, ...message) {
    if (!condition) throw new original.AssertionError({ message: 'Assertion failed: ' + message.join(' ') });
    held += 1;
  },
});

// what tests compare with: an answer that changes these has changed its judge
const watched = [
  JSON, Reflect, Object, Array, Number, String, Symbol, Map, Set, Promise, Error, Proxy, RegExp,
  ...[Object, Function, Array, Number, String, Boolean, Symbol, Map, Set, Promise, RegExp, Error, BigInt, Date]
    .map((c) => c.prototype),
];
for (const fixed of [JSON, Reflect, Object]) {
  for (const key of ownKeys(fixed)) {
    if (typeof fixed[key] === 'function' && key !== 'constructor') {
      defineProperty(fixed, key, { writable: false, configurable: false });
    }
  }
}
const before = watched.map((object) => ownKeys(object).map((key) => {
  const slot = getOwnPropertyDescriptor(object, key);
  return [key, slot.value, slot.get, slot.set];
}));
const values = ['Object', 'Array', 'Number', 'String', 'Map', 'Set', 'Promise', 'Error', 'JSON', 'Reflect']
  .map((name) => [name, globalThis[name]]);
const same = Object.is;
const unchanged = () => {
  for (let i = 0; i < watched.length; i += 1) {
    for (let j = 0; j < before[i].length; j += 1) {
      const [key, value, get, set] = before[i][j];
      const slot = getOwnPropertyDescriptor(watched[i], key);
      if (slot === undefined || !same(slot.value, value) || slot.get !== get || slot.set !== set) {
        writeSync(2, `error: the answer changed the built-in ${String(key)}\n`);
        return false;
      }
    }
  }
  for (let i = 0; i < values.length; i += 1) {
    if (!same(globalThis[values[i][0]], values[i][1])) return false;
  }
  return true;
};

process.on('uncaughtExceptionMonitor', () => { broken = true; });
process.on('unhandledRejection', (reason) => {
  broken = true;
  const text = reason instanceof Error ? String(reason.stack) : String(reason);
  writeSync(2, 'Unhandled rejection: ' + text + '\n');
  stop(1);
});
process.on('exit', (status) => {
  if (status !== 0 || !ended || broken) return;
  if (open !== 0) {
    writeSync(2, 'error: an async test never came to its end\n');
    return;
  }
  if (held < plan.needed || !unchanged()) return;
  const proof = first + half() + String(held);
  writeSync(3, proof);
});

const refuse = (error) => {
  writeSync(2, String(error && error.stack ? error.stack : error) + '\n');
  writeSync(3, 'build');
  stop(90);
};
const done = () => {
  ended = true;
  // plain tests have nothing more to wait for: a forgotten timer must not hold them
  if (plan.plain) process.exit();
};

// TypeScript: esbuild is a program, the TypeScript compiler a library beside the command `tsc`
const withoutTypes = (text) => {
  if (path.basename(plan.compiler).startsWith('esbuild')) {
    const format = plan.module ? 'esm' : 'cjs';
    const options = ['--loader=ts', `--format=${format}`, '--platform=node', '--target=node18', '--log-level=error'];
    return require('child_process').execFileSync(plan.compiler, options, { input: text, encoding: 'utf8', stdio: 'pipe' });
  }
  const ts = require(path.resolve(plan.compiler, '../../lib/typescript.js'));
  const target = ts.ScriptTarget.ES2022;
  const made = ts.transpileModule(text, {
    compilerOptions: { target, module: plan.module ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS },
    reportDiagnostics: true,
  });
  if (made.diagnostics.length) throw new SyntaxError(ts.flattenDiagnosticMessageText(made.diagnostics[0].messageText, ' '));
  return made.outputText;
};

const file = path.resolve(plan.program);
let source = fs.readFileSync(file, 'utf8');
if (plan.compiler) {
  try {
    source = withoutTypes(source);
    if (plan.module) fs.writeFileSync(file, source);
  } catch (error) {
    refuse(error.stderr && error.stderr.length ? error.stderr : error);
  }
}
fs.unlinkSync('plan.json');
process.argv = [process.argv[0], file];
if (plan.module) {
  import(file).then(done, (error) => {
    if (error instanceof SyntaxError && held === 0) refuse(error);
    writeSync(2, String(error && error.stack ? error.stack : error) + '\n');
    broken = true;
    stop(1);
  });
} else {
  const main = new Module(file, null);
  main.filename = file;
  main.id = '.';
  main.paths = Module._nodeModulePaths(path.dirname(file));
  process.mainModule = main;
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const imports = vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  let body;
  try {
    body = vm.compileFunction(source.replace(/^#!.*/, ''), names, {
      filename: file, ...(imports ? { importModuleDynamically: imports } : {}),
    });
  } catch (error) {
    refuse(error);
  }
  fs.unlinkSync(file);
  apply(body, main.exports, [main.exports, Module.createRequire(file), main, file, path.dirname(file)]);
  done();
}
