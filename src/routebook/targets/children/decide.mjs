// Imports a module that decides, and answers each line of JSON on its standard input with one on its standard output.
// Its last argument is the module. Node reads TypeScript by itself from 22.18 on; before that it needs TypeScript's own
// package, whose folder is then the argument before.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { argv, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [typescript, path] = argv.slice(-2);
let module = path;
if (argv.length > 3) {
  const { transpileModule, ScriptTarget, ModuleKind } = createRequire(import.meta.url)(typescript);
  const compilerOptions = { target: ScriptTarget.ES2022, module: ModuleKind.ESNext, verbatimModuleSyntax: true };
  module = path.replace(/\.ts$/, '.mjs');
  writeFileSync(module, transpileModule(readFileSync(path, 'utf8'), { compilerOptions }).outputText);
}
const { decide } = await import(pathToFileURL(module));
for await (const line of createInterface({ input: stdin })) {
  const { prompt, tags, metadata } = JSON.parse(line);
  stdout.write(`${JSON.stringify(decide(prompt, { tags, metadata }))}\n`);
}
