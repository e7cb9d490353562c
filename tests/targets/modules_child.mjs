// Imports every module it is sent, and says what each decides; for as long as its input goes on.
// A line of input is JSON, {"module": text, "asks": [{"prompt", "tags", "metadata"}, ...]}; a line of output is
// {"statements": how many stand in it, "problems": what the compiler finds, "decisions": [...]}.
// Arguments: TypeScript's folder, and a folder for the modules.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , typescript, folder] = process.argv;
const ts = createRequire(import.meta.url)(typescript);
const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { module, asks } = JSON.parse(line);
  const { statements } = ts.createSourceFile('routes.ts', module, ts.ScriptTarget.ES2022);
  const { outputText, diagnostics } = ts.transpileModule(module, { compilerOptions, reportDiagnostics: true });
  const path = join(folder, `${count++}.mjs`);
  writeFileSync(path, outputText);
  const { decide } = await import(pathToFileURL(path));
  const decisions = asks.map(({ prompt, tags, metadata }) => decide(prompt, { tags, metadata }));
  const problems = diagnostics.map(({ messageText }) => messageText);
  process.stdout.write(`${JSON.stringify({ statements: statements.length, problems, decisions })}\n`);
}
